"""Bad input through the real command line: one clear line, exit code 1, nothing half-written."""

import json
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from tests.shop import ROOT, open_shop

pytestmark = pytest.mark.slow

GOOD = {"ticket_id": "T1", "text": "where is my parcel", "intent": "WISMO"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = open_shop(tmp_path_factory.mktemp("bad"))
    shop.run("samples")
    return shop


def jsonl(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


FILES = {
    "missing": (None, "No such file"),
    "empty": (b"", "the file is empty"),
    "wrong columns": (b"message,tag\nhello,OTHER\n", "text"),
    "not UTF-8": (b"text,intent\ncaf\xe9,OTHER\n", "UTF-8"),
}


@pytest.mark.parametrize("fault", FILES)
def test_a_file_that_cannot_be_read_is_one_line_and_stores_nothing(shop, tmp_path, fault):
    content, expected = FILES[fault]
    path = tmp_path / "labels.csv"
    if content is not None:
        path.write_bytes(content)
    before = shop.json("status")["corrections"]

    refused = shop.run("labels", "import", str(path), code=1)

    assert refused.stderr.startswith("ecomintent: ")
    assert len(refused.stderr.strip().splitlines()) == 1
    assert expected in refused.stderr
    assert shop.json("status")["corrections"] == before


ROWS = {
    "unknown intent": ({"text": "hello there", "intent": "RETURN"}, "Did you mean 'RETURN_REQUEST'?"),
    "empty text": ({"text": "   ", "intent": "OTHER"}, "empty"),
    "2 MB of text": ({"text": "a" * 2_000_000, "intent": "OTHER"}, "20,000"),
    "NUL byte": ({"text": "hel\0lo", "intent": "OTHER"}, "U+0000"),
}


@pytest.mark.parametrize("fault", ROWS)
def test_a_bad_row_is_refused_with_its_line_and_the_good_one_is_stored(shop, tmp_path, fault):
    row, expected = ROWS[fault]
    good = GOOD | {"ticket_id": f"good-{fault}", "text": f"where is my parcel, case of {fault}"}
    path = jsonl(tmp_path / "labels.jsonl", good, row)

    refused = shop.run("labels", "import", str(path), code=1)

    assert refused.stdout.startswith("stored 1, already known 0, refused 1")
    assert "labels.jsonl:2: " in refused.stderr
    assert expected in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert expected in json.dumps(shop.json("labels", "quarantine"), ensure_ascii=False)


def test_one_ticket_with_two_intents_is_refused_on_both_lines(shop, tmp_path):
    path = jsonl(tmp_path / "two.jsonl", GOOD | {"ticket_id": "X"}, GOOD | {"ticket_id": "X", "intent": "OTHER"})

    refused = shop.run("labels", "import", str(path), code=1)

    assert refused.stdout.startswith("stored 0, already known 0, refused 2")
    assert "two.jsonl:1: " in refused.stderr
    assert "two.jsonl:2: " in refused.stderr


def test_a_home_that_cannot_be_written_is_one_line(shop, tmp_path):
    (tmp_path / "file").write_text("in the way")
    broken = type(shop)(
        home=tmp_path, environment={**shop.environment, "ECOMINTENT_HOME": str(tmp_path / "file" / "x")}
    )

    for command in (["samples"], ["retrain"], ["labels", "import", str(jsonl(tmp_path / "g.jsonl", GOOD))]):
        refused = broken.run(*command, code=1)

        assert "set ECOMINTENT_HOME" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_second_retrain_in_the_same_home_is_refused_at_once(shop):
    with filelock.FileLock(shop.home / "retrain.lock"):
        refused = shop.run("retrain", code=1)

    assert "another retrain is running" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_a_frozen_set_a_retrain_says_how_to_get_one(tmp_path):
    refused = open_shop(tmp_path).run("retrain", code=1)

    assert "ecomintent frozen import FILE" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.long
def test_an_intent_without_any_ticket_stops_the_run_and_is_named(tmp_path):
    shop = open_shop(tmp_path)
    rows = [json.loads(line) for line in (ROOT / "data/samples/starter.jsonl").read_text().splitlines()]
    corpus = jsonl(tmp_path / "corpus.jsonl", *(row for row in rows if row["intent"] != "CANCEL_ORDER"))
    shop.run("frozen", "import", "data/samples/frozen.jsonl")
    shop.run("corpus", "import", str(corpus), "--alone")

    refused = shop.run("retrain", code=1)

    last = refused.stderr.strip().splitlines()[-1]
    page = Path(last.rpartition("; see ")[2])
    assert "CANCEL_ORDER" in last
    assert "Traceback" not in refused.stderr
    assert "<h1>Not fit to train on</h1>" in page.read_text(encoding="utf-8")


@pytest.mark.long
def test_an_encoder_that_is_not_there_is_one_line(tmp_path):
    shop = open_shop(tmp_path)
    shop.params(model={"base": "no-such-company/no-such-encoder"})
    shop.run("samples")

    refused = shop.run("retrain", code=1)

    last = refused.stderr.strip().splitlines()[-1]
    assert "no-such-company/no-such-encoder" in last
    assert "embedded" in last
    assert "Traceback" not in refused.stderr


def test_the_flow_itself_explains_without_a_traceback(shop):
    done = subprocess.run(
        [sys.executable, "-m", "ecomintent", "classify", "--release", "99", "hello"],
        env=shop.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr.strip()) == (1, "ecomintent: version 99: no such version; there are: none")
