"""Every ticket is asked about once, whatever breaks; what was answered is kept and never asked again."""

import json
from random import Random

import httpx
import pytest

from ecomintent.adapters.answers_file import opened
from ecomintent.adapters.asking import Patience, ask_all
from ecomintent.adapters.chat import ChatEndpoint
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.errors import AlreadyRunning, InputError, SourceError
from ecomintent.llm.answers import Asked
from tests.twins.chat import MODEL, ChatTwin
from tests.twins.faults import Faulty, Killed

RUN = {"model": MODEL, "shots": 0}
TICKETS = [
    FrozenRow(id=f"t{number}", text=f"ticket {number}", label="WISMO", group="", provenance="blind")
    for number in range(60)
]


def nothing(_seconds):
    """Time that passes at once."""


def ask(out, transport, *, concurrency=4, wait=nothing, tickets=TICKETS):
    """One run of all tickets against `transport`."""
    patience = Patience(wait)
    chat = ChatEndpoint(
        "https://llm.example/v1", model=MODEL, key=None, extra={}, timeout=9.0, transport=transport, sleep=patience
    )

    def put(text):
        return chat.complete([{"role": "user", "content": text}])

    with opened(out, RUN) as answers:
        ask_all(tickets, put, answers, patience, concurrency=concurrency)
        return answers.known


def carried(handle):
    return httpx.MockTransport(handle)


def intents(found):
    return {name: asked.intent for name, asked in found.items()}


EXPECTED = {ticket.id: "OTHER" if ticket.text.endswith("7") else "WISMO" for ticket in TICKETS}


def mind(text):
    return "OTHER" if text.endswith("7") else "WISMO"


@pytest.mark.parametrize("concurrency", [1, 4, 64])
def test_every_ticket_is_asked_about_once(tmp_path, concurrency):
    twin = ChatTwin(mind)

    found = ask(tmp_path / "out.jsonl", carried(twin.handle), concurrency=concurrency)

    assert intents(found) == EXPECTED
    assert twin.asked() == dict.fromkeys((ticket.text for ticket in TICKETS), 1)
    assert {one.concurrency for one in found.values()} == {concurrency}


@pytest.mark.parametrize("seed", range(5))
def test_faults_that_pass_change_no_answer(tmp_path, seed):
    twin = ChatTwin(mind)
    faulty = Faulty(twin.handle, Random(seed), 0.3)

    found = ask(tmp_path / "out.jsonl", faulty)

    assert intents(found) == EXPECTED
    assert faulty.injected > 5
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == len(TICKETS)


def test_an_endpoint_that_dies_stops_the_run_which_goes_on_where_it_stopped(tmp_path):
    twin = ChatTwin(mind)
    out = tmp_path / "out.jsonl"

    def dying(request):
        if len(twin.bodies) >= 20:
            raise httpx.ConnectError("refused")
        return twin.handle(request)

    with pytest.raises(SourceError) as caught:
        ask(out, carried(dying), concurrency=1)

    assert str(caught.value) == (
        "https://llm.example/v1: no answer to POST chat/completions after 6 attempts (ConnectError); nothing is lost: "
        f"the same command goes on here; 20 of 60 answers are kept in {out}"
    )
    assert intents(ask(out, carried(twin.handle))) == EXPECTED
    assert set(twin.asked().values()) == {1}


def test_one_request_that_fails_for_good_wakes_those_that_wait(tmp_path):
    def answer(request):
        if json.loads(request.read())["messages"][-1]["content"] == "ticket 3":
            return httpx.Response(401)
        return httpx.Response(429, headers={"retry-after": "900"})

    with pytest.raises(SourceError, match="answered with 401"):
        ask(tmp_path / "out.jsonl", carried(answer), wait=None)


@pytest.mark.parametrize("stop", [Killed, KeyboardInterrupt])
def test_a_run_that_is_stopped_keeps_what_was_answered(tmp_path, stop):
    twin = ChatTwin(mind)
    out = tmp_path / "out.jsonl"

    def stopped(request):
        if len(twin.bodies) >= 20:
            raise stop
        return twin.handle(request)

    with pytest.raises(stop):
        ask(out, carried(stopped), concurrency=1)

    assert intents(ask(out, carried(twin.handle))) == EXPECTED
    assert set(twin.asked().values()) == {1}


@pytest.mark.parametrize("cut", [1, 20])
def test_a_last_line_that_was_cut_off_is_asked_for_again(tmp_path, cut):
    twin = ChatTwin(mind)
    out = tmp_path / "out.jsonl"
    ask(out, carried(twin.handle), concurrency=1)
    whole = out.read_bytes()
    out.write_bytes(whole[:-cut])

    assert intents(ask(out, carried(twin.handle))) == EXPECTED
    assert twin.asked()["ticket 59"] == 2
    assert sum(twin.asked().values()) == len(TICKETS) + 1
    assert intents(ask(out, carried(ChatTwin(mind).handle), tickets=())) == EXPECTED


def test_a_whole_file_is_scored_without_asking(tmp_path):
    out = tmp_path / "out.jsonl"
    ask(out, carried(ChatTwin(mind).handle))
    silent = ChatTwin(mind)

    assert intents(ask(out, carried(silent.handle))) == EXPECTED
    assert silent.bodies == []


def test_the_answers_of_another_run_are_not_mixed_in(tmp_path):
    out = tmp_path / "out.jsonl"
    ask(out, carried(ChatTwin(mind).handle))

    with pytest.raises(InputError) as caught, opened(out, {**RUN, "shots": 5}):
        pass

    assert str(caught.value) == (
        f"{out}: holds the answers of another run (shots is 0 there, 5 here); give another --out"
    )


@pytest.mark.parametrize("line", ["[]", "{}", "7", "not json", '{"id": "t1"}'])
def test_a_file_of_something_else_is_not_touched(tmp_path, line):
    out = tmp_path / "out.jsonl"
    out.write_text(f"{line}\nhalf a line")

    with pytest.raises(InputError, match=r"out.jsonl:1: is no answer that this command kept"), opened(out, RUN):
        pass

    assert out.read_text() == f"{line}\nhalf a line"


def test_two_runs_do_not_write_one_file(tmp_path):
    out = tmp_path / "out.jsonl"

    with opened(out, RUN), pytest.raises(AlreadyRunning, match="another run writes"), opened(out, RUN):
        pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match="give another --out"), opened(tmp_path / "file" / "out.jsonl", RUN):
        pass


def test_what_is_kept_of_an_answer_holds_no_personal_data(tmp_path):
    out = tmp_path / "out.jsonl"

    found = ask(out, carried(ChatTwin(lambda text: "Write to dana.ortiz@example.com").handle), tickets=TICKETS[:1])

    assert found == {
        "t0": Asked(
            id="t0",
            intent=None,
            answer="Write to <EMAIL>",
            refused=False,
            seconds=found["t0"].seconds,
            tokens_in=2,
            tokens_out=3,
            concurrency=4,
        )
    }
    assert "dana" not in out.read_text()
