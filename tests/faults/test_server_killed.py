"""A real server on a real release: killed at random moments, given another champion, and started without one.

Clients do what a helpdesk does: what was not answered is sent again when the server is back.
"""

import random
import shutil
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ecomintent.adapters import handing_over, way_back
from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.adapters.sql_labels import SqlLabelStore
from tests.conftest import CONFORMANCE
from tests.faults.serving_process import PATIENCE, Desk, Process, ready, serving, statuses, until, whole
from tests.unit.adapters.trust_shop import Shop
from tests.unit.model.small import save_release

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
CLIENTS, KILLS, SWAPS = 4, 5, 4


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A home with two real releases of a few kilobytes; 2 is champion."""
    shop = Shop(tmp_path_factory.mktemp("shop") / "home")
    settings = replace(shop.system.settings, params=ROOT / "params.yaml", project=ROOT)
    shop.system = replace(shop.system, settings=settings)
    for version, seed in (("2", 3), ("3", 5)):
        shop.add_version(version, lambda folder, seed=seed: save_release(folder, seed=seed))
        shop.issue(version, probes=way_back.answer_probes(shop.system, version))
    shop.system.registry.point("champion", "2")
    handing_over.hand_over(shop.system)
    return shop


@pytest.fixture(scope="module")
def robbed(built, tmp_path_factory):
    """A server that was started while its release was gone. It is put back at once; the last test sees what became."""
    shop = copied(built, tmp_path_factory.mktemp("robbed"))
    release = shop.home / "releases" / "2"
    release.rename(shop.home / "elsewhere")
    with serving(shop.home) as url:
        refused = until(f"{url}/ready", lambda told: "there is no release" in told.json().get("problem", ""))
        alive = httpx.get(f"{url}/health", timeout=PATIENCE)
        (shop.home / "elsewhere").rename(release)
        yield url, refused, alive


def copied(built, folder):
    shutil.copytree(built.home, folder / "home")
    shop = Shop.__new__(Shop)
    shop.home = folder / "home"
    settings = replace(built.system.settings, home=shop.home)
    shop.system = replace(built.system, settings=settings, keys=SigningKeys(shop.home, None))
    return shop


@pytest.fixture
def shop(built, robbed, tmp_path):
    """A copy of the home; the robbed server has its minute to come back beside the test."""
    return copied(built, tmp_path)


def killed_at_a_random_moment(home, desks, draw, *, early):
    """One life of the server; `early`: it may end before a release answers."""
    server, stop = Process(home), threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(desk.work, server.url, stop) for desk in desks]
        if not early:
            until(f"{server.url}/ready", ready)
        time.sleep(draw.uniform(0.1, 1.5))
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
        for each in working:
            each.result()


def test_kill_9_under_load_loses_and_doubles_no_correction_and_no_answer_is_half(shop):
    desks, draw, stop = [Desk(letter) for letter in "abcd"], random.Random(6), threading.Event()
    for kill in range(KILLS):
        killed_at_a_random_moment(shop.home, desks, draw, early=kill % 2 == 1)
    cut_off = sum(len(desk.unanswered) for desk in desks)
    with serving(shop.home) as url, ThreadPoolExecutor(CLIENTS) as pool:
        until(f"{url}/ready", ready)
        working = [pool.submit(desk.work, url, stop) for desk in desks]
        time.sleep(0.5)
        stop.set()
        for each in working:
            each.result()

    accepted = {event for desk in desks for event in desk.accepted}
    labels = SqlLabelStore(f"sqlite:///{shop.home / 'labels.db'}")
    stored = Counter(one.ticket_id for one in labels.corrections())
    assert set(stored) == accepted
    assert Counter(len(labels.story(ticket)) for ticket in stored) == {1: len(accepted)}
    assert set(statuses(desks)) <= {("/classify", 200), ("/classify", 503), ("/corrections", 200)}
    answered = whole(desks)
    assert answered["2"] > 0
    CONFORMANCE.add(
        "kill -9 of the server",
        kills=KILLS,
        corrections=len(accepted),
        cut_off_in_the_last=cut_off,
        taken_though_unanswered=sum(desk.doubted for desk in desks),
        answers=answered.total(),
    )


def test_a_promotion_under_load_in_the_real_server_loses_no_request(shop):
    desks, stop = [Desk(letter) for letter in "abcd"], threading.Event()
    with serving(shop.home) as url, ThreadPoolExecutor(CLIENTS) as pool:
        until(f"{url}/ready", ready)
        working = [pool.submit(desk.work, url, stop) for desk in desks]
        for swap in range(SWAPS):
            now, before = ("3", "2") if swap % 2 == 0 else ("2", "3")
            shop.system.registry.point("previous", before)
            shop.system.registry.point("champion", now)
            handing_over.hand_over(shop.system)
            until(f"{url}/health", lambda told, now=now: told.json()["serves"]["version"] == now)
            time.sleep(0.3)
        stop.set()
        for each in working:
            each.result()
    shop.system.registry.point("champion", "2")

    answered = whole(desks)
    assert set(statuses(desks)) == {("/classify", 200), ("/corrections", 200)}
    assert not any(desk.unanswered for desk in desks)
    assert set(answered) == {"2", "3"}
    assert answered.total() == sum(desk.sent for desk in desks)
    CONFORMANCE.add("promotion under load", swaps=SWAPS, by_2=answered["2"], by_3=answered["3"])


def test_without_its_champion_file_a_server_lives_and_takes_the_champion_up_when_the_file_is_there(shop):
    kept = (shop.home / "serving" / "champion.json").rename(shop.home / "champion.json")
    with serving(shop.home) as url:
        refused = until(f"{url}/ready", lambda told: "champion.json" in told.json().get("problem", ""))
        alive = httpx.get(f"{url}/health", timeout=PATIENCE)
        asked = httpx.post(f"{url}/classify", json={"text": "my parcel"}, timeout=PATIENCE)
        kept.rename(shop.home / "serving" / "champion.json")
        back = until(f"{url}/ready", ready)

    assert (alive.status_code, refused.status_code, asked.status_code) == (200, 503, 503)
    assert asked.headers["retry-after"] == "2"
    assert back.json()["serves"]["version"] == "2"


def test_a_release_that_was_gone_at_the_start_answers_within_the_minute_after_which_it_is_tried_again(robbed):
    url, refused, alive = robbed
    back = until(f"{url}/ready", ready)

    assert (alive.status_code, refused.status_code) == (200, 503)
    assert (back.json()["serves"]["version"], back.json()["problem"]) == ("2", "")
