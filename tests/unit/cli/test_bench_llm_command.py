"""`ecomintent bench llm` as a person calls it, against a double of an endpoint on a real address of this machine."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent.cli.bench import bench
from ecomintent.cli.gate import gate
from ecomintent.labels.texts import fit
from tests.twins.chat import KEY, MODEL, ChatTwin
from tests.twins.serve import served

ROOT = Path(__file__).parents[3]
SAID = {
    "where is the parcel": "WISMO",
    "it never came": "WISMO",
    "hello there": "OTHER",
    "thanks a lot": "OTHER",
    "the lid arrived broken": "DAMAGED_ITEM",
    "please write to dana.ortiz@example.com": "OTHER",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    monkeypatch.setenv("ECOMINTENT_PARAMS", str(ROOT / "params.yaml"))
    monkeypatch.delenv("ECOMINTENT_DATABASE_URL", raising=False)
    monkeypatch.setenv("ECOMINTENT_LLM_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    rows = [
        {"id": f"t{at}", "text": text, "label": label, "provenance": "blind"}
        for at, (text, label) in enumerate(SAID.items())
    ]
    (tmp_path / "frozen.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def mind(text):
    """Right but for three: one wrong, one in other words, one that a content filter keeps back."""
    special = {"it never came": "OTHER", "thanks a lot": "No intent fits.", "the lid arrived broken": "(filtered)"}
    return special.get(text, SAID.get(text, "OTHER"))


def called(*arguments, code=0, command=bench):
    found = CliRunner().invoke(command, arguments)
    assert found.exit_code == code, found.output or found.exception
    return found


def asked(address, *more, code=0):
    where = ("--endpoint", f"{address}/v1", "--model", MODEL, "--frozen", "frozen.jsonl", "--out", "out.jsonl")
    return called("llm", *where, *more, code=code)


def test_the_tickets_are_scored_as_a_release_is_and_lost_answers_are_wrong(home):
    twin = ChatTwin(mind, key=KEY)

    with served(twin) as address:
        found = json.loads(asked(address, "--json", "--price-in", "1", "--price-out", "10").stdout)

    report = found["report"]
    assert report["accuracy"] == 3 / 6
    assert {name: one["f1"] for name, one in report["intents"].items() if one["n"]} == {
        "WISMO": pytest.approx(2 / 3),
        "DAMAGED_ITEM": 0.0,
        "OTHER": pytest.approx(2 * 2 / (3 + 3)),
    }
    assert (found["unparseable"], found["refused"], found["unreadable"]) == (2, 1, ["No intent fits."])
    assert (found["shots"], found["model"], found["report"]["frozen_set"]["rows"]) == (0, MODEL, 6)
    assert found["tokens"]["counted"] == 5
    assert found["cost"]["total"] == pytest.approx((found["tokens"]["in"] + 10 * found["tokens"]["out"]) / 1e6)
    assert found["latency_ms"]["p95"] >= found["latency_ms"]["p50"] > 0


def test_texts_go_out_redacted_and_the_key_only_as_a_header(home):
    twin = ChatTwin(mind, key=KEY)

    with served(twin) as address:
        told = asked(address)

    assert set(twin.asked()) == {fit(text) for text in SAID}
    assert "dana" not in json.dumps(twin.bodies)
    assert KEY not in told.output + json.dumps(twin.bodies) + (home / "out.jsonl").read_text()


def test_what_is_printed_says_scores_lost_answers_time_and_that_no_price_is_known(home):
    with served(ChatTwin(mind, key=KEY)) as address:
        told = asked(address)

    lines = told.stdout.splitlines()
    assert lines[0].startswith(f"{MODEL} at {address}/v1, 0-shot, 6 tickets of frozen.jsonl, ")
    assert lines[1:3] == [
        "macro-F1 44.4, accuracy 50.0",
        "2 answers without a readable intent, counted as wrong, 1 of them kept back by a content filter",
    ]
    assert lines[-3].startswith("latency P50 ")
    assert lines[-1] == (
        f"cost: not known: no price of {MODEL}; give --price-in and --price-out, or an entry in --prices"
    )
    assert "no intent in: 'No intent fits.'" in told.stderr


def test_five_examples_come_from_the_starter_corpus_and_none_is_a_copy_of_a_ticket(home):
    starter = [json.loads(line) for line in (ROOT / "data/samples/starter.jsonl").read_text().splitlines()]
    known = {(fit(row["text"]), row["intent"]) for row in starter}
    twin = ChatTwin(mind, key=KEY)

    with served(twin) as address:
        asked(address, "--shots", "5", "--seed", "1")

    shown = [[(m["role"], m["content"]) for m in body["messages"][1:-1]] for body in twin.bodies]
    pairs = [(shown[0][at][1], shown[0][at + 1][1]) for at in range(0, 10, 2)]
    assert shown == [shown[0]] * 6
    assert len(set(pairs) & known) == 5


def test_a_starter_ticket_that_is_asked_about_is_never_an_example(home):
    starter = [json.loads(line) for line in (ROOT / "data/samples/starter.jsonl").read_text().splitlines()]
    others = [row for row in starter if row["intent"] not in ("WISMO", "OTHER")]
    rows = [
        {"id": str(at), "text": row["text"], "label": row["intent"], "provenance": "blind"}
        for at, row in enumerate(others)
    ]
    (home / "frozen.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    found = asked("http://localhost:1", "--shots", "5", code=1)

    assert "2 intents have an example, 5 are needed" in str(found.exception)


def test_a_dry_run_shows_one_prompt_and_the_count_and_sends_nothing(home):
    twin = ChatTwin(mind, key=KEY)

    with served(twin) as address:
        told = asked(address, "--dry-run").stdout

    assert "[system]\nYou sort the messages" in told
    assert told.endswith(
        f"[user]\nwhere is the parcel\n\n6 such requests would go to {MODEL} at {address}/v1, one for each ticket of "
        "frozen.jsonl; nothing was sent\n"
    )
    assert twin.bodies == []
    assert not (home / "out.jsonl").exists()


def test_without_a_frozen_set_of_its_own_a_home_asks_about_the_bundled_invented_one(home):
    found = json.loads(
        called("llm", "--endpoint", "http://localhost:1/v1", "--model", "m", "--dry-run", "--json").stdout
    )

    bundled = (ROOT / "data/samples/frozen.jsonl").read_text().splitlines()
    assert (found["requests"], found["origin"]) == (len(bundled), "the bundled frozen tickets (invented)")


def test_the_homes_frozen_set_is_asked_about_under_the_digest_the_gate_knows(home):
    from ecomintent.cli.frozen import frozen

    sealed = json.loads(called("import", "frozen.jsonl", "--json", command=frozen).stdout)
    where = ("llm", "--endpoint", "http://localhost:1/v1", "--model", "m", "--dry-run", "--json")
    of_home, of_file = (json.loads(called(*where, *more).stdout) for more in ((), ("--frozen", "frozen.jsonl")))

    assert (of_home["frozen_set"], of_home["requests"], of_home["origin"]) == (
        sealed["digest"],
        6,
        "this home's frozen set",
    )
    assert of_file["frozen_set"] == sealed["digest"]


def test_a_run_that_stopped_goes_on_with_the_same_command(home):
    twin = ChatTwin(mind, key=KEY)

    with served(twin) as address:
        asked(address)
        lines = (home / "out.jsonl").read_text().splitlines(keepends=True)
        (home / "out.jsonl").write_text("".join(lines[:2]))
        found = json.loads(asked(address, "--json").stdout)

    assert (len(lines), sum(twin.asked().values())) == (6, 6 + 4)
    assert found["report"]["accuracy"] == 3 / 6


def test_the_gate_reads_the_answers_as_they_were_kept(home):
    with served(ChatTwin(mind, key=KEY)) as address:
        asked(address)

    judged = called(
        "judge", "--frozen", "frozen.jsonl", "--first-release", "--candidate", "out.jsonl", "--json", command=gate
    )  # fmt: skip

    assert json.loads(judged.stdout)["overall"] in ("REVIEW", "BLOCK")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--extra", "{"), "--extra: not JSON"),
        (("--extra", "[]"), "--extra: a JSON object without model, messages and stream is needed"),
        (("--extra", '{"messages": []}'), "--extra: a JSON object without model"),
        (("--price-in", "-1", "--price-out", "1"), "--price-in: -1.0 is no price"),
        (("--prices", "none.toml"), "none.toml: cannot be read"),
        (("--endpoint", "http://far.example/v1"), "--endpoint: the key would go out unencrypted"),
        (("--model", " "), "--model: name the model"),
        (("--frozen", "none.jsonl"), "none.jsonl: cannot be read"),
    ],
)
def test_what_is_at_fault_is_told_before_anything_is_sent(home, more, told):
    assert told in str(asked("http://localhost:1", *more, code=1).exception)
    assert not (home / "out.jsonl").exists()


@pytest.mark.parametrize("more", [("--price-in", "1"), ("--shots", "3"), ("--concurrency", "0")])
def test_what_is_misspelt_is_told_as_such(home, more):
    asked("http://localhost:1", *more, code=2)


def test_a_run_needs_a_file_to_keep_its_answers_in(home):
    told = called("llm", "--endpoint", "http://localhost:1", "--model", "m", code=2)

    assert "give --out FILE to keep the answers in, or --dry-run" in told.stderr
