"""Drills on the S3 store of DVC's data: a double of S3 behind a proxy, away, slow, cut, full."""

import logging
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from ecomintent import files
from ecomintent.adapters.dvc_pipeline import DvcPipeline, Store
from ecomintent.errors import PipelineError
from tests.drills.drill import Seen, drill, refused
from tests.drills.proxy import Proxy

DATA = Path("data.bin")
FULL = b"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
ACCOUNT = {"AWS_ACCESS_KEY_ID": "drill", "AWS_SECRET_ACCESS_KEY": "drill", "AWS_DEFAULT_REGION": "us-east-1"}
# As shipped the client asks a dead server for minutes.
IMPATIENT = {"AWS_MAX_ATTEMPTS": "2", "AWS_RETRY_MODE": "standard"}


@contextmanager
def pipeline(folder: Path):
    """(proxy before an empty bucket, a pipeline with one file under DVC, its digest)."""
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    proxy = Proxy("127.0.0.1", port)
    os.environ.update(ACCOUNT)
    boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}").create_bucket(Bucket="drill")
    work = folder / "work"
    work.mkdir()
    store = Store("s3://drill/dvc", f"http://127.0.0.1:{proxy.port}")
    environment = {**os.environ, **ACCOUNT, **IMPATIENT, "DVC_SITE_CACHE_DIR": str(folder / "site")}
    said = {"workspace": work, "project": work, "params": work / "params.yaml", "home": folder}
    made = DvcPipeline(**said, environment=environment, store=store)
    try:
        made.prepare()
        (work / DATA).write_bytes(os.urandom(400_000))
        made.add([DATA])
        yield proxy, made, files.digest(work / DATA)
    finally:
        proxy.close()
        server.stop()


def _back(folder: Path, made: DvcPipeline) -> str:
    """The file's digest after it was thrown away here and fetched from the store."""
    shutil.rmtree(folder / "dvc" / "cache")
    (folder / "work" / DATA).unlink()
    made._run(["pull", "--quiet"])
    return files.digest(folder / "work" / DATA)


@drill("S3", "takes the store away during a push, then brings it back", "one line; then the very bytes", everyday=False)
def s3_away(folder: Path) -> Seen:
    with pipeline(folder) as (proxy, made, digest):
        proxy.away = True
        said = refused(made.push, PipelineError)
        proxy.away = False
        made.push()
        same = _back(folder, made) == digest
    return Seen(
        ok="dvc push: unexpected error" in said and same,
        says=f"{said[:90]}; fetched again: {'equal' if same else 'OTHER BYTES'}",
    )


@drill("S3", "delays every piece by 0.2 s", "slow, and whole", everyday=False)
def s3_slow(folder: Path) -> Seen:
    with pipeline(folder) as (proxy, made, digest):
        proxy.delay = 0.2
        made.push()
        proxy.delay = 0.0
        same = _back(folder, made) == digest
    return Seen(ok=same, says=f"fetched again: {'equal' if same else 'OTHER BYTES'}")


@drill("S3", "lets the store answer 507, full, then makes room", "one line; then the very bytes", everyday=False)
def s3_full(folder: Path) -> Seen:
    with pipeline(folder) as (proxy, made, digest):
        proxy.answer = FULL
        said = refused(made.push, PipelineError)
        proxy.answer = b""
        made.push()
        same = _back(folder, made) == digest
    return Seen(
        ok="dvc push: unexpected error" in said and same,
        says=f"{said[:90]}; fetched again: {'equal' if same else 'OTHER BYTES'}",
    )
