"""Buckets made where they are absent.

python -m infra.local_stack.buckets URL BUCKET...
"""

import sys


def make(url: str, buckets: list[str]) -> None:
    """Credentials are found as boto3 finds them."""
    import boto3

    client = boto3.client("s3", endpoint_url=url)
    there = {each["Name"] for each in client.list_buckets()["Buckets"]}
    for name in buckets:
        if name not in there:
            client.create_bucket(Bucket=name)


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2:])
