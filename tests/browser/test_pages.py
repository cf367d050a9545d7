"""The pages in a real Chromium, by keyboard: needs `pip install playwright` and a system Chromium, else it skips."""

import shutil
import threading
import time

import httpx
import pytest
import uvicorn

from ecomintent.serving.running import listen
from tests.unit.serving.desk_server import PASSWORD, DeskServer

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [pytest.mark.service, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")]

WAITING = 13
"""Unsure ones; the first two are drawn for the audit."""


@pytest.fixture
def shop(tmp_path):
    """A server at which tickets wait, listening; and where."""
    drawn = {"t0", "t1"}
    server = DeskServer(tmp_path, draw=lambda request: 0.0 if request in drawn else 0.5)
    server.accounts.put("dana", PASSWORD)
    opened = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{opened.getsockname()[1]}"
    running = uvicorn.Server(uvicorn.Config(server.app, log_config=None, access_log=False))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]})
    thread.start()
    for number in range(WAITING):
        asked = {"text": f"parcel {number} at 0.5"}
        assert httpx.post(f"{url}/classify", json=asked, headers={"X-Request-ID": f"t{number}"}).status_code == 200
    until = time.monotonic() + 20
    while server.tickets.open()["all"] < WAITING and time.monotonic() < until:
        time.sleep(0.05)
    yield server, url
    running.should_exit = True
    thread.join(20)


@pytest.fixture
def browser():
    with playwright.sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


def press(page, key):
    with page.expect_navigation():
        page.keyboard.press(key)


def counts(page):
    return [int(each) for each in page.locator(".tabs b").all_inner_texts()], page.locator(".bar .soft").inner_text()


def test_ten_tickets_are_corrected_by_keyboard_and_the_counts_move(shop, browser):
    server, url = shop
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{url}/")
    page.keyboard.type("dana")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    page.goto(f"{url}/corrections?show=low")
    assert counts(page) == ([13, 11, 0, 2], "0 answered by you today")

    for key in ("Enter", *"123456789"):
        press(page, key)
    assert counts(page) == ([3, 1, 0, 2], "10 answered by you today")

    press(page, "u")
    assert counts(page) == ([4, 2, 0, 2], "9 answered by you today")
    press(page, "9")
    page.goto(f"{url}/corrections?show=blind")
    assert "Predicted" not in page.locator("main").inner_text()
    press(page, "n")
    press(page, "1")
    press(page, "1")
    assert page.goto(f"{url}/status").status == 200
    assert "2 of 2 labelled" in page.locator("main").inner_text()

    server.handed_on(everything=True)
    assert len(server.stored()) == 12
    assert said == []  # no policy was broken, nothing was missing


def test_without_scripts_the_buttons_do_the_same(shop, browser):
    server, url = shop
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(url)
    page.fill("[name=name]", "dana")
    page.fill("[name=password]", PASSWORD)
    page.click("button.main")
    page.click("text=Damaged item")
    assert page.locator(".told p").inner_text() == "Marked Damaged item."
    page.click("text=Undo")

    assert page.locator(".told p").inner_text() == "Undone: the ticket is open again."
    assert server.outbox.waiting() == 0


def test_a_key_that_is_held_down_answers_one_ticket(shop, browser):
    server, url = shop
    page = browser.new_page()
    page.goto(url)
    page.fill("[name=name]", "dana")
    page.fill("[name=password]", PASSWORD)
    press(page, "Enter")
    with page.expect_navigation():
        for _ in range(5):
            page.keyboard.down("3")
    page.keyboard.up("3")
    page.wait_for_load_state()

    assert len(server.sql("SELECT 1 FROM corrections")) == 1
