import socket
import time
from pathlib import Path

import pytest

from ecomintent.errors import EncoderError
from ecomintent.model import hub


@pytest.fixture
def deaf_server():
    """A server that accepts connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def closed_port():
    """An address on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_hub_that_cannot_be_reached_is_one_line_that_says_what_to_do(closed_port):
    with pytest.raises(EncoderError) as refused:
        hub.ask("distilbert-base-uncased", endpoint=closed_port)

    assert str(refused.value).startswith(
        "model.base 'distilbert-base-uncased' is not on this machine and the hub cannot be reached ("
    )
    assert str(refused.value).endswith(
        "; set model.base to embedded, to a folder that holds an encoder, or to a hub id while connected"
    )
    assert "\n" not in str(refused.value)


def test_a_hub_that_does_not_answer_is_given_up_after_the_wait(deaf_server):
    started = time.monotonic()

    with pytest.raises(EncoderError, match="cannot be reached"):
        hub.ask("distilbert-base-uncased", endpoint=deaf_server, seconds=0.3)

    assert time.monotonic() - started < 10


def test_a_name_that_can_be_no_hub_id_is_refused_before_anything_is_asked():
    with pytest.raises(EncoderError, match=r"^model\.base 'not a model!' is neither a folder nor a hub id; set"):
        hub.fetch("not a model!", lambda **options: options, None)


def test_what_is_cached_is_loaded_from_the_cache_only(tmp_path: Path):
    snapshot = tmp_path / "models--shop--encoder" / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "models--shop--encoder" / "refs").mkdir()
    (tmp_path / "models--shop--encoder" / "refs" / "main").write_text("0" * 40, encoding="utf-8")

    loaded = hub.fetch("shop/encoder", lambda **options: options, tmp_path)

    assert loaded == {"local_files_only": True}
