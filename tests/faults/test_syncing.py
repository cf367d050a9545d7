"""Syncs in processes of their own, two at once and killed at any moment: nothing is lost, nothing is doubled."""

import os
import signal
import time
from collections.abc import Callable
from random import Random

import pytest

from ecomintent.adapters import syncing
from ecomintent.adapters.sql_labels import SqlLabelStore
from tests.conftest import CONFORMANCE
from tests.twins import TWINS
from tests.twins.day import Shop, check, opened, rules_of
from tests.twins.nearby import Nearby
from tests.twins.serve import served

pytestmark = pytest.mark.timeout(300)

KILLS = 50
REAL = [kind for kind in TWINS if kind.source != "plain"]


def in_a_process(work: Callable[[], object]) -> int:
    """Start `work` in a child that ends with it; returns its process id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def sync_once(shop: Shop, address: str, url: str) -> None:
    helpdesk = shop.twin.connector(Nearby(address), lambda seconds: time.sleep(min(seconds, 0.01)))
    syncing.sync(helpdesk, rules_of(shop.twin), SqlLabelStore(url))


def busy(shop: Shop, steps: int) -> None:
    for _ in range(steps):
        shop.act(shop.random.choice(("open", "wait", "correct", "correct", "predict", "touch", "rule")))
    shop.twin.clock.sleep(shop.twin.settles_after)


def test_a_sync_killed_at_any_of_fifty_moments_loses_and_doubles_nothing(new_url):
    url, random = new_url(), Random(50)
    shop = opened(REAL[0], SqlLabelStore(url), 50, "shop-a")
    shop.store.corrections()
    killed = 0
    with served(shop.twin) as address:
        # How long a sync takes here and now, so that the moments fall within one, on whatever machine.
        busy(shop, 12)
        started = time.monotonic()
        os.waitpid(in_a_process(lambda: sync_once(shop, address, url)), 0)
        whole = time.monotonic() - started
        for _ in range(KILLS):
            busy(shop, 12)
            child = in_a_process(lambda: sync_once(shop, address, url))
            time.sleep(random.uniform(0.0, whole))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            killed += os.WIFSIGNALED(status)
    shop.settle()

    CONFORMANCE.add("kill -9 of a sync", corrections=check(shop), kills=killed)
    assert killed > 0


@pytest.mark.parametrize("kind", REAL, ids=lambda kind: kind.source)
def test_two_syncs_at_once_store_everything_once(kind, new_url):
    url = new_url()
    shop = opened(kind, SqlLabelStore(url), 2, "shop-a")
    shop.store.corrections()
    with served(shop.twin) as address:
        for _ in range(3):
            busy(shop, 25)
            children = [in_a_process(lambda: sync_once(shop, address, url)) for _ in range(2)]
            for child in children:
                os.waitpid(child, 0)
    shop.settle()

    assert check(shop) > 10
