"""What every connector promises, on its vendor's twin: each correction once, whatever goes wrong; and nothing told."""

import logging
import os
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomintent.adapters import syncing
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import SourceError
from ecomintent.records import EventKind, Provenance
from tests.conftest import CONFORMANCE
from tests.fakes.labels import FakeLabelStore
from tests.twins import TWINS
from tests.twins.day import check, live, opened, rules_of, still_told, without_network
from tests.twins.faults import Dying, Faulty, Killed

HISTORIES = int(os.environ.get("ECOMINTENT_TEST_HISTORIES", "1000"))
ON_A_DATABASE = max(HISTORIES // 20, 1)

VERBS = ("open", "open", "wait", "sync", "predict", "correct", "correct", "rule", "bot", "close", "touch", "delete")
STEPS = st.lists(st.sampled_from(VERBS), min_size=12, max_size=40)
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

twins = pytest.mark.parametrize("kind", TWINS, ids=lambda kind: kind.source)


def one_of_each(kind, store, account="shop-a"):
    """A shop in which everything happened once that can, and which came to rest."""
    shop = opened(kind, store, 5, account)
    live(shop, ["open", "wait", "predict", "wait", "correct", "wait", "open", "rule", "wait", "bot", "wait", "close"])
    return shop


@twins
@settings(max_examples=HISTORIES, deadline=None, derandomize=True, suppress_health_check=RELAXED)
@given(steps=STEPS, seed=st.integers(0, 2**32))
def test_with_faults_and_deaths_every_correction_arrives_exactly_once(kind, steps, seed):
    shop = opened(kind, FakeLabelStore(), seed, "shop-a", fault_rate=0.15, death_rate=0.15)

    live(shop, steps)

    CONFORMANCE.add(kind.source, corrections=check(shop), faults=shop.injected, deaths=shop.killed)


@twins
def test_on_a_database_as_on_the_fake_every_correction_arrives_exactly_once(kind, new_url):
    store, numbers = SqlLabelStore(new_url()), count()

    @settings(max_examples=ON_A_DATABASE, deadline=None, derandomize=True, suppress_health_check=RELAXED)
    @given(steps=STEPS, seed=st.integers(0, 2**32))
    def every_history(steps, seed):
        shop = opened(kind, store, seed, f"shop-{next(numbers)}", fault_rate=0.15, death_rate=0.15)
        live(shop, steps)
        check(shop)

    every_history()


@twins
def test_a_source_in_which_nothing_changed_writes_nothing(kind):
    store = FakeLabelStore()
    shop = one_of_each(kind, store)
    mark = store.mark(kind.source, "shop-a")

    again = shop.sync()

    assert (again.stored, store.mark(kind.source, "shop-a")) == (0, mark)


@twins
def test_a_dry_run_writes_nothing_and_says_what_it_would_write(kind):
    wet = FakeLabelStore()
    shop = one_of_each(kind, wet)
    dry = FakeLabelStore()
    helpdesk = shop.twin.connector(Faulty(shop.twin.handle, shop.random, 0.0), shop.twin.clock.sleep)

    would = syncing.sync(helpdesk, rules_of(shop.twin), dry, dry=True)

    assert (dry.corrections(), dry.mark(kind.source, "shop-a")) == ([], "")
    assert would.labels.keys() >= {c.provenance.value for c in wet.corrections() if c.provenance is Provenance.EDITED}
    assert would.stored > 0


@twins
def test_our_own_answers_never_come_back_as_labels(kind):
    if "predict" not in kind.can:
        pytest.skip("nothing is written back into a labelling tool")
    store = FakeLabelStore()
    shop = opened(kind, store, 1, "shop-a")

    live(shop, ["open", "wait", "predict", "wait", "predict", "touch", "wait", "predict"])

    assert list(store.corrections()) == []
    [ticket] = shop.tickets
    assert [e.kind for e in store.story(ticket)].count(EventKind.PREDICTED) == 3


@twins
def test_what_a_rule_or_a_bot_set_is_no_persons_correction(kind):
    store = FakeLabelStore()
    shop = opened(kind, store, 2, "shop-a")

    live(shop, ["open", "wait", "rule", "wait", "bot", "wait", "touch"])

    wanted = {rung for verb, rung in (("rule", Provenance.RULE), ("bot", Provenance.BOT)) if verb in kind.can}
    assert {c.provenance for c in store.corrections()} == wanted


@twins
def test_a_deleted_ticket_loses_its_text_and_trains_nothing(kind):
    if "delete" not in kind.can:
        pytest.skip("the vendor does not tell of deletions")
    store = FakeLabelStore()
    shop = one_of_each(kind, store)
    assert store.corrections()

    for ticket in sorted(shop.tickets):
        shop.delete(ticket)
    shop.settle()

    assert list(store.corrections()) == []
    assert {event.text for ticket in shop.deleted for event in store.story(ticket)} == {""}


@twins
def test_a_sync_killed_at_any_page_goes_on_after_the_last_stored_one(kind):
    shop = opened(kind, FakeLabelStore(), 3, "shop-a")
    for _ in range(25):
        for verb in ("open", "wait", "correct", "wait"):
            shop.act(verb)
    shop.death_rate = 1.0
    shop.twin.clock.sleep(shop.twin.settles_after)

    for _ in range(6):
        shop.sync()
    assert shop.killed >= 1
    shop.settle()

    assert check(shop) >= still_told(shop) > 10


@twins
@pytest.mark.parametrize("trouble", ["refused", "unreachable"])
def test_no_credential_and_no_text_is_ever_told(kind, trouble, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    shop = one_of_each(kind, FakeLabelStore())
    token = "" if trouble == "unreachable" else "s3cret-of-nobody"
    handle = without_network if trouble == "unreachable" else shop.twin.handle
    helpdesk = shop.twin.connector(Faulty(handle, shop.random, 0.0), shop.twin.clock.sleep, token)

    with pytest.raises(SourceError) as caught:
        list(helpdesk.pages("", since=""))

    told = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {vars(helpdesk)!r} {helpdesk!r} {caplog.text}"
    told += "".join(capfd.readouterr())
    assert str(caught.value).startswith(f"{kind.source}:shop-a: ")
    assert len(str(caught.value).splitlines()) == 1
    for secret in ("s3cret-of-nobody", "t0ken-of-the-twin", "parcel is three days late"):
        assert secret not in told


@twins
def test_the_first_sync_reaches_back_to_the_time_that_was_asked_for(kind):
    shop = opened(kind, FakeLabelStore(), 4, "shop-a")
    for verb in ("open", "wait", "correct"):
        shop.act(verb)
    shop.twin.clock.sleep(40 * 86_400)
    since = shop.twin.clock.iso()
    for verb in ("open", "wait", "correct"):
        shop.act(verb)
    shop.twin.clock.sleep(shop.twin.settles_after)
    shop.twin.clock.sleep(86_400)
    store = FakeLabelStore()
    helpdesk = shop.twin.connector(Faulty(shop.twin.handle, shop.random, 0.0), shop.twin.clock.sleep)

    syncing.sync(helpdesk, rules_of(shop.twin), store, since=since.replace("Z", "+00:00"))
    everything = FakeLabelStore()
    syncing.sync(helpdesk, rules_of(shop.twin), everything)

    untouched = {ticket for ticket, *_ in shop.said[:1]} - {ticket for ticket, *_ in shop.said[1:]}
    assert not {c.ticket_id for c in store.corrections()} & untouched
    assert len(store.corrections()) >= 1
    assert len(everything.corrections()) == still_told(shop)


def test_a_process_that_dies_is_not_taken_for_one_that_fails():
    store = Dying(FakeLabelStore(), opened(TWINS[0], None, 1, "a").random, 1.0)

    with pytest.raises(Killed):
        store.take([], [], source="s", account="a", mark="1")
