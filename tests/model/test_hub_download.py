"""A base by hub id, downloaded by the real hub library from a double of the hub on this machine."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.unit.model.small import save_base

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMIT = "c" * 40
API = "/api/models/shop/encoder"
FILES = re.compile(r"/shop/encoder/resolve/[^/]+/(.+)")

LOAD = """
import sys
from ecomintent.errors import EncoderError
from ecomintent.model import encoding
try:
    print(encoding.load(sys.argv[1], max_tokens=16).name)
except EncoderError as error:
    sys.exit(str(error))
"""


@pytest.fixture
def hub(tmp_path):
    """Serves one model; yields its address."""
    folder = save_base(tmp_path / "served")

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(with_body=True)

        def do_HEAD(self):
            self.answer(with_body=False)

        def answer(self, *, with_body):
            path = self.path.split("?")[0]
            asked = FILES.fullmatch(path)
            if path == API:
                self.send(200, json.dumps({"id": "shop/encoder", "sha": COMMIT, "siblings": []}).encode(), with_body)
            elif asked and (folder / asked[1]).is_file():
                self.send(200, (folder / asked[1]).read_bytes(), with_body)
            else:
                missing = "EntryNotFound" if "shop/encoder" in path else "RepoNotFound"
                self.send(404, b"", with_body, {"X-Error-Code": missing})

        def send(self, status, body, with_body, more=None):
            self.send_response(status)
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            headers = {"X-Repo-Commit": COMMIT, "ETag": etag, "Content-Length": str(len(body))}
            for name, value in (headers | (more or {})).items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def load(name: str, endpoint: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1"}
    environment.pop("HF_HUB_OFFLINE", None)
    command = [sys.executable, "-c", LOAD, name]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_hub_id_is_downloaded_once_and_then_loaded_without_the_hub(hub, tmp_path):
    online = load("shop/encoder", hub, tmp_path / "cache")
    offline = load("shop/encoder", "http://127.0.0.1:9", tmp_path / "cache")

    assert (online.returncode, online.stdout, online.stderr) == (0, "shop/encoder\n", "")
    assert (offline.returncode, offline.stdout, offline.stderr) == (0, "shop/encoder\n", "")


def test_a_hub_id_that_the_hub_does_not_have_is_one_line(hub, tmp_path):
    done = load("shop/no-such-encoder", hub, tmp_path / "cache")

    assert done.returncode == 1
    assert done.stderr == (
        "model.base 'shop/no-such-encoder': the hub has no such model that is open to you; set model.base to embedded, "
        "to a folder that holds an encoder, or to a hub id while connected\n"
    )


def test_a_hub_model_without_a_tokenizer_is_one_line(hub, tmp_path):
    (tmp_path / "served" / "tokenizer.json").unlink()

    done = load("shop/encoder", hub, tmp_path / "cache")

    assert done.returncode == 1
    assert done.stderr == "shop/encoder: its tokenizer has no vocabulary; fetch it again\n"
