"""How often something is tried again, how long an account waits, and when a ticket is given up."""

from itertools import pairwise

import httpx
import pytest

from tests.twins import desks
from tests.unit.tagging.shop import Shop

EACH = pytest.mark.parametrize("kind", sorted(desks.TWINS))


@pytest.fixture
def shop(kind, tmp_path):
    made = Shop(kind, tmp_path)
    made.tagged()
    made.requests.clear()
    return made


def troubled(shop, *answers):
    """A ticket whose first requests are answered so; what was asked by then."""
    ticket = shop.twin.open("please cancel")
    shop.answers = list(answers)
    shop.event(ticket)
    shop.work()
    return ticket


@EACH
@pytest.mark.parametrize(
    "fault",
    [httpx.Response(500), httpx.Response(503), httpx.Response(409), httpx.ConnectError("no"), httpx.Response(200)],
    ids=["500", "503", "409", "no network", "no JSON"],
)
def test_a_fault_that_may_pass_is_tried_again_later(shop, fault):
    troubled(shop, fault)
    assert shop.counts() == {"tagged": 1, "waiting": 1}
    assert len(shop.requests) == 1

    shop.work(10)

    assert shop.counts() == {"tagged": 2}


@EACH
def test_nothing_is_asked_before_the_time_a_429_names(shop):
    troubled(shop, httpx.Response(429, headers={"retry-after": "90"}))
    shop.event(shop.twin.open("another parcel"))

    shop.work(85)
    assert len(shop.requests) == 1

    shop.work(10)
    assert shop.counts() == {"tagged": 3}


def test_intercoms_way_to_name_the_time_is_understood(tmp_path):
    shop = Shop("intercom", tmp_path)
    shop.tagged()
    at = {"date": "Mon, 02 Mar 2026 09:00:00 GMT", "x-ratelimit-reset": "1772442040"}
    troubled(shop, httpx.Response(429, headers=at))

    assert shop.pace.paused_until - shop.clock.now == pytest.approx(40)


@EACH
def test_each_next_try_of_a_ticket_comes_later(shop):
    troubled(shop, *[httpx.Response(500)] * 4)
    times = []
    while shop.answers:
        before = len(shop.requests)
        shop.work(0.5)
        if len(shop.requests) > before:
            times.append(shop.clock.now)

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 4


@EACH
def test_a_helpdesk_that_is_down_is_not_asked_for_every_ticket(shop):
    for _ in range(50):
        shop.event(shop.twin.open("where is my parcel"))
    shop.answers = [httpx.Response(502) for _ in range(1000)]
    shop.work(600)
    assert len(shop.requests) < 30

    shop.answers = []
    shop.work(2000)

    assert shop.counts() == {"tagged": 51}


@EACH
def test_a_refused_token_stops_the_account_and_not_the_tickets(shop):
    troubled(shop, *[httpx.Response(401)] * 5)
    assert "token is not valid" in shop.pace.problem

    shop.work(900)

    assert shop.counts() == {"tagged": 2}
    assert shop.pace.problem == ""


@EACH
def test_what_is_refused_for_good_is_a_dead_letter_at_once(shop):
    ticket = troubled(shop, httpx.Response(422, json={}))

    [letter] = shop.queue.dead(10)
    assert (letter.account, letter.ticket) == (shop.kind, ticket)
    assert "answered with 422" in letter.reason


@EACH
def test_after_a_bounded_time_a_ticket_is_given_up_and_can_be_repeated(shop):
    troubled(shop, *[httpx.Response(500) for _ in range(10_000)])
    shop.work(25 * 3600)
    [letter] = shop.queue.dead(10)
    assert letter.reason.startswith("given up: ")

    shop.answers = []
    assert shop.queue.repeat_dead(shop.kind, shop.clock.now) == 1
    shop.work(900)

    assert shop.counts() == {"tagged": 2}


@EACH
def test_a_token_of_somebody_else_writes_nothing(kind, tmp_path):
    shop = Shop(kind, tmp_path)
    ticket = shop.twin.open("where is my parcel")
    body = {"user": {"id": 101}, "id": 101, "email": "agent@example.com"}
    shop.answers = [httpx.Response(200, json=body)]
    shop.event(ticket)
    shop.work()

    assert shop.twin.writes == []
    assert "use the token of `writer`" in shop.pace.problem


@EACH
def test_without_a_release_tickets_wait(shop):
    shop.champion.ready = False
    troubled(shop)
    shop.work(3600)
    assert shop.counts() == {"tagged": 1, "waiting": 1}

    shop.champion.ready = True
    shop.work(10)

    assert shop.counts() == {"tagged": 2}


@EACH
def test_a_process_that_dies_before_or_after_the_write_leaves_one_write(shop):
    for when in ("answers", "after"):
        ticket = shop.twin.open("where is my parcel")
        shop.event(ticket)
        if when == "answers":
            shop.answers = [KeyboardInterrupt()]
        else:
            shop.after = [KeyboardInterrupt()]
        with pytest.raises(KeyboardInterrupt):
            shop.work()
        shop.start()
        shop.work()

    assert len(shop.twin.writes) == len({number for number, _ in shop.twin.writes}) == 3


@EACH
@pytest.mark.parametrize("body", [{"id": []}, {"ticket": {"id": "x"}, "custom_attributes": 7, "tags": [7]}])
def test_a_ticket_that_nobody_can_read_does_not_hold_up_the_next(shop, body):
    troubled(shop, httpx.Response(200, json=body))
    for _ in range(8):
        shop.event(shop.twin.open("where is my parcel"))
    shop.work(10)

    assert shop.counts()["tagged"] >= 9
