"""The S3 double keeps objects across restarts, which moto alone does not."""

import boto3
import pytest

from infra.local_stack import running, state
from infra.local_stack.programs import BUCKETS, ROOT, all_of

pytestmark = pytest.mark.slow


@pytest.fixture
def restarted(tmp_path):
    """Starts the double, again each time it is called; a client of it."""
    stack = state.make(tmp_path / "stack", postgres="postgresql://a", prefix="p", free_ports=True)
    program = all_of(stack)[0]

    def start():
        running.stop(stack, ["storage"])
        running.start(stack, "storage", program.command, program.environment, ROOT)
        assert running.wait_until(program.answers, seconds=120)
        credentials = {"aws_access_key_id": "stack", "aws_secret_access_key": "any", "region_name": "us-east-1"}
        return boto3.client("s3", endpoint_url=stack.url("storage"), **credentials)

    yield start
    running.stop(stack, ["storage"])


def contents(client):
    return {
        (bucket, each["Key"]): client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        for bucket in BUCKETS
        for each in client.list_objects_v2(Bucket=bucket).get("Contents", [])
    }


def test_objects_outlive_a_restart_as_they_were_last(restarted):
    client = restarted()
    for key, body in {"1/a b/Zoë.bin": b"\0first", "gone": b"x", "same": b"same", "empty": b""}.items():
        client.put_object(Bucket="mlflow", Key=key, Body=body)
    client.put_object(Bucket="dvc", Key="same", Body=b"other bucket")
    client = restarted()
    client.put_object(Bucket="mlflow", Key="same", Body=b"changed")
    client.delete_object(Bucket="mlflow", Key="gone")

    assert contents(restarted()) == {
        ("mlflow", "1/a b/Zoë.bin"): b"\0first",
        ("mlflow", "same"): b"changed",
        ("mlflow", "empty"): b"",
        ("dvc", "same"): b"other bucket",
    }
