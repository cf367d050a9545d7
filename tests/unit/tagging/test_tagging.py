"""One ticket from its event to the intent on it, against the twins of the four helpdesks."""

import httpx
import pytest

from tests.twins import desks
from tests.unit.tagging.shop import HUMAN, SELF, Shop

KINDS = sorted(desks.TWINS)
EACH = pytest.mark.parametrize("kind", KINDS)
WORD = {"zendesk": "wismo", "gorgias": "intent__wismo", "freshdesk": "wismo", "intercom": "wismo"}


@pytest.fixture
def shop(kind, tmp_path):
    return Shop(kind, tmp_path)


@EACH
def test_a_new_ticket_gets_its_intent_once(shop):
    ticket = shop.tagged()

    assert shop.twin.writes == [(ticket, WORD[shop.kind])]
    assert shop.counts() == {"tagged": 1}


@EACH
def test_what_we_write_comes_home_as_ours_and_never_as_a_correction(shop):
    ticket = shop.tagged()

    assert [who for who, _ in shop.told(ticket)] == [SELF]


@EACH
def test_our_own_write_sets_off_nothing(shop):
    ticket = shop.tagged()

    for _ in range(3):
        assert shop.event(ticket) is False
        shop.work()
    assert len(shop.champion.asked) == 1
    assert len(shop.twin.writes) == 1


@EACH
def test_events_before_the_ticket_can_be_read_are_harmless(shop):
    shop.tagged()
    ticket = shop.twin.open("where is my parcel")
    shop.event(ticket)
    shop.answers = [httpx.Response(404, json={})] * 3
    shop.work(60)

    assert shop.answers == []
    assert shop.twin.writes[1:] == [(ticket, WORD[shop.kind])]


@EACH
def test_a_ticket_that_never_comes_is_gone_until_the_next_event_about_it(shop):
    shop.tagged()
    ticket = shop.twin.open("where is my parcel")
    shop.event(ticket)
    shop.answers = [httpx.Response(404, json={})] * 20
    shop.work(600)
    assert shop.counts() == {"gone": 1, "tagged": 1}

    shop.answers = []
    assert shop.event(ticket) is True
    shop.work()

    assert shop.counts() == {"tagged": 2}


@EACH
def test_what_a_person_set_first_stands(shop):
    ticket = shop.twin.open("where is my parcel")
    shop.twin.correct(ticket, "RETURN_REQUEST", "101")
    shop.event(ticket)
    shop.work()

    assert shop.twin.writes == []
    assert shop.counts() == {"kept": 1}


@EACH
def test_a_correction_of_our_intent_stands_when_the_ticket_is_decided_anew(shop):
    ticket = shop.tagged()
    shop.twin.correct(ticket, "RETURN_REQUEST", "101")
    shop.queue.repeat(shop.kind, ticket, shop.clock.now)
    shop.champion.says = "CANCEL_ORDER"
    shop.work()

    assert len(shop.twin.writes) == 1
    assert shop.told(ticket)[-1][0] is HUMAN


@EACH
def test_our_old_intent_gives_way_to_the_new_one(shop):
    ticket = shop.tagged()
    shop.champion.says = "CANCEL_ORDER"
    shop.queue.repeat(shop.kind, ticket, shop.clock.now)
    shop.work()

    told = shop.told(ticket)
    assert {who for who, _ in told} == {SELF}
    assert told[-1][1].endswith("cancel_order")
    assert [word for _, word in shop.twin.writes if word][1:] == [WORD[shop.kind].replace("wismo", "cancel_order")]


@EACH
def test_a_write_whose_answer_was_lost_is_not_written_again(shop):
    shop.after = [httpx.ReadTimeout("lost")]

    shop.tagged()
    shop.champion.says = "CANCEL_ORDER"
    shop.work(60)

    assert shop.counts() == {"tagged": 1}
    assert len(shop.twin.writes) == 1
    assert len(shop.champion.asked) == 1


@EACH
def test_below_the_threshold_of_the_release_nothing_is_written(shop):
    shop.champion.confidence = 0.7
    shop.tagged()

    assert shop.twin.writes == []
    assert shop.counts() == {"unsure": 1}


@pytest.mark.parametrize(("threshold", "ends"), [(0.6, "tagged"), (0.95, "unsure")])
def test_the_accounts_own_threshold_goes_before_the_releases(tmp_path, threshold, ends):
    shop = Shop("zendesk", tmp_path, threshold=threshold)
    shop.champion.confidence = 0.7 if ends == "tagged" else 0.9
    shop.tagged()

    assert shop.counts() == {ends: 1}


def test_an_intent_that_is_not_active_is_not_written(tmp_path):
    shop = Shop("zendesk", tmp_path, active=frozenset({"OTHER"}))
    shop.tagged()

    assert shop.counts() == {"inactive": 1}


@EACH
def test_a_ticket_without_a_word_of_the_customer_waits_for_one(shop):
    shop.tagged("<p> </p>" if shop.kind != "zendesk" else "")

    assert shop.counts() == {"empty": 1}
    assert shop.champion.asked == []


@EACH
def test_a_ticket_of_last_quarter_is_left_alone(shop):
    ticket = shop.twin.open("where is my parcel")
    shop.clock.sleep(40 * 86_400)
    shop.event(ticket)
    shop.work()

    assert shop.counts() == {"old": 1}


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk"])
def test_tags_are_written_beside_those_of_others(kind, tmp_path):
    shop = Shop(kind, tmp_path, tags="intent__")
    ticket = shop.twin.open("where is my parcel")
    rows = shop.twin.rows if kind == "zendesk" else shop.twin.tickets
    rows[int(ticket)]["tags"] = ["vip"]
    shop.event(ticket)
    shop.work()
    shop.champion.says = "CANCEL_ORDER"
    shop.queue.repeat(kind, ticket, shop.clock.now)
    shop.work()

    assert rows[int(ticket)]["tags"] == ["vip", "intent__cancel_order"]
    assert [word for _, word in shop.twin.writes] == ["intent__wismo", "intent__cancel_order"]


def test_of_two_intents_on_one_ticket_ours_goes(tmp_path):
    shop = Shop("gorgias", tmp_path)
    ticket = shop.tagged()
    shop.twin.set_tag(int(ticket), "intent__other", user_id=101)
    shop.queue.repeat("gorgias", ticket, shop.clock.now)
    shop.work()

    assert [tag["name"] for tag in shop.twin.api.tickets[int(ticket)]["tags"]] == ["intent__other"]
    assert shop.counts() == {"kept": 1}


def test_an_agent_who_was_faster_is_not_overwritten(tmp_path):
    shop = Shop("zendesk", tmp_path)
    shop.tagged()
    ticket = shop.twin.open("where is my parcel")
    answer = shop.twin.handle

    def handle(request):
        if request.method == "PUT":
            shop.twin.handle = answer
            shop.clock.sleep(1)
            shop.twin.correct(ticket, "RETURN_REQUEST", "101")
        return answer(request)

    shop.twin.handle = handle
    shop.event(ticket)
    shop.work(60)

    assert shop.counts() == {"kept": 1, "tagged": 1}
    assert [number for number, _ in shop.twin.writes] == ["1"]


def test_the_text_that_is_asked_about_is_the_one_that_is_trained_on(tmp_path):
    shop = Shop("zendesk", tmp_path)
    shop.tagged("where is my parcel\n\n> quoted")

    assert shop.champion.asked == ["Order 1\nwhere is my parcel"]


@EACH
def test_a_ticket_drawn_for_the_blind_audit_gets_no_word_of_ours(shop):
    ticket = shop.twin.open("where is my parcel")
    shop.champion.audited = {f"{shop.account.name}:{ticket}"}
    shop.event(ticket)
    shop.work()

    assert shop.twin.writes == []
    assert shop.counts() == {"audited": 1}
