"""A swap under load loses no request, and no request is answered by two releases."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.unit.serving.server import Server

SECONDS = 3.0
CLIENTS = 6


def test_under_load_every_request_is_answered_whole_by_one_release_while_champions_change():
    server = Server("1", workers=4)
    for version in "123":
        server.reader(version)._says = {"1": "WISMO", "2": "OTHER", "3": "CANCEL_ORDER"}[version]
        server.reader(version).seconds = 0.002
    stop = threading.Event()

    def ask(client):
        told = []
        while not stop.is_set():
            answered = client.post("/classify/batch", json={"texts": ["my parcel"] * 3, "threshold": 0})
            told.append((answered.status_code, [(r["model_version"], r["intent"]) for r in answered.json()["results"]]))
        return told

    with server.client() as client, ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(ask, client) for _ in range(CLIENTS)]
        began, swaps = time.monotonic(), 0
        while time.monotonic() - began < SECONDS:
            swaps += 1
            server.releases.set("123"[swaps % 3], "123"[(swaps - 1) % 3])
            server.watcher.look()
            time.sleep(0.02)
        stop.set()
        told = [each for future in running for each in future.result()]

    statuses = Counter(status for status, _ in told)
    answers = Counter(pair for _, pairs in told for pair in pairs)
    assert set(statuses) == {200}
    assert all(len(set(pairs)) == 1 and len(pairs) == 3 for _, pairs in told)
    assert set(answers) == {("1", "WISMO"), ("2", "OTHER"), ("3", "CANCEL_ORDER")}
    assert swaps > 20
    assert len(told) > 50


def test_a_request_keeps_the_release_it_began_with():
    server = Server("1")
    began, go_on = threading.Event(), threading.Event()
    read = server.reader("1").read

    def slow(text):
        began.set()
        go_on.wait(5)
        return read(text)

    server.reader("1").read = slow
    with server.client() as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.post, "/classify", json={"text": "my parcel"})
        assert began.wait(5)
        server.releases.set("2", "1")
        server.watcher.look()
        assert server.holder.now.serving.loaded.version == "2"
        go_on.set()

        assert waiting.result().json()["model_version"] == "1"
        assert client.post("/classify", json={"text": "my parcel"}).json()["model_version"] == "2"


def test_more_than_can_wait_is_turned_away_at_once_and_told_when_to_come_again():
    server = Server("1", workers=1)
    began, go_on = threading.Event(), threading.Event()
    read = server.reader("1").read

    def slow(text):
        began.set()
        go_on.wait(5)
        return read(text)

    server.reader("1").read = slow
    with server.client() as client, ThreadPoolExecutor(4) as pool:
        first = [pool.submit(client.post, "/classify/batch", json={"texts": ["a"] * 32}) for _ in range(2)]
        assert began.wait(5)
        while server.service.workers.waiting < 64:
            time.sleep(0.01)
        refused = client.post("/classify", json={"text": "a"})
        go_on.set()

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert [future.result().status_code for future in first] == [200, 200]
