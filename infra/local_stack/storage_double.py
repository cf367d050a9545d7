"""The double of an S3-compatible store: moto's server, whose objects are kept in a folder too.

moto holds objects in memory alone. Every few seconds, and when it is told to stop, what is new is written below the
folder; what is there when it starts is loaded. Killed outright, it loses what came in the last `EVERY_SECONDS`.

    python -m infra.local_stack.storage_double PORT FOLDER BUCKET...
"""

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from ecomintent import files

EVERY_SECONDS: Final = 5


class Mirror:
    """Objects of some buckets as files `<bucket>/<key, quoted>`."""

    def __init__(self, client: Any, folder: Path, buckets: list[str]) -> None:
        self._client, self._folder, self._buckets = client, folder, buckets
        self._kept: dict[tuple[str, str], str] = {}

    def load(self) -> int:
        """Make the buckets and put the kept objects into them; how many."""
        for bucket in self._buckets:
            self._client.create_bucket(Bucket=bucket)
            folder = self._folder / bucket
            folder.mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                if not path.name.startswith("."):
                    key = unquote(path.name)
                    answer = self._client.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
                    self._kept[bucket, key] = answer["ETag"]
        return len(self._kept)

    def save(self) -> None:
        """Write what is new or changed, remove what is gone."""
        found = {(bucket, key): etag for bucket in self._buckets for key, etag in self._listed(bucket)}
        for (bucket, key), etag in list(found.items()):
            if self._kept.get((bucket, key)) == etag:
                continue
            try:
                body = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
            except self._client.exceptions.NoSuchKey:
                # Removed since it was listed.
                del found[bucket, key]
                continue
            files.write_bytes(self._path(bucket, key), body)
        for bucket, key in set(self._kept) - set(found):
            self._path(bucket, key).unlink(missing_ok=True)
        self._kept = found

    def _path(self, bucket: str, key: str) -> Path:
        return self._folder / bucket / quote(key, safe="")

    def _listed(self, bucket: str) -> list[tuple[str, str]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [(each["Key"], each["ETag"]) for page in pages for each in page.get("Contents", [])]


def main(port: int, folder: Path, buckets: list[str]) -> None:
    """Serve until a termination signal."""
    # moto asks for credentials and looks at none.
    os.environ.update(AWS_ACCESS_KEY_ID="stack", AWS_SECRET_ACCESS_KEY="stack", AWS_DEFAULT_REGION="us-east-1")
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server = ThreadedMotoServer("127.0.0.1", port)
    server.start()
    mirror = Mirror(boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}"), folder, buckets)
    mirror.load()
    while not ended.wait(EVERY_SECONDS):
        mirror.save()
    mirror.save()
    server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
