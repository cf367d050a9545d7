"""A support lead's day in a real Chromium: ten tickets are corrected, a retrain learns from them, its candidate is read
and approved on the status page, and the server answers with it. Skips where there is no Playwright or no Chromium.

With ECOMINTENT_PICTURES=FOLDER it leaves the pictures of docs/story.md there.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from ecomintent.serving.html import keys
from tests.shop import ROOT, open_shop

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

PASSWORD = "correct horse battery"
PATIENCE_SECONDS = 1800
"""For the gate to be asked again, on a machine with much else to do."""
ASKED = {
    "I ordered two weeks ago and the tracking has not moved, should I send it back?": "WISMO",
    "The parcel says delivered but I got a different lamp in a broken box": "DAMAGED_ITEM",
    "Please stop the order, or change it to the blue one if that is still possible": "CANCEL_ORDER",
    "You charged me twice and I cannot log in to see the invoice": "BILLING_DISPUTE",
    "Is the large one bigger than the one I sent back last week?": "PRODUCT_QUESTION",
    "My account shows an order that I never made, cancel it": "ACCOUNT_ISSUE",
    "The zip was torn on arrival, can I swap it for another size?": "DAMAGED_ITEM",
    "I changed my mind before it was sent, what about my money": "CANCEL_ORDER",
    "Who do I talk to about working with your shop": "OTHER",
    "It does not fit and the label for sending it back is missing": "RETURN_REQUEST",
    "Hello, the thing from Monday, you know, any news?": "WISMO",
    "Wrong colour, wrong size, and the bill is wrong too": "DAMAGED_ITEM",
    "Can I get it without the gift box or is it too late now": "CANCEL_ORDER",
    "The voucher was not taken off at the checkout page": "BILLING_DISPUTE",
    "Would the green one fit my sister, hers came too small": "EXCHANGE_REQUEST",
    "Nobody answers, the box is empty and the money is gone": "DAMAGED_ITEM",
    "Is there another way to pay, the card was refused but charged": "BILLING_DISPUTE",
    "When does the sale end and will my order still come before Friday": "PRODUCT_QUESTION",
    "The new address is not in my account, where will it go now": "ACCOUNT_ISSUE",
    "I want to give back one of the two, the other I keep": "RETURN_REQUEST",
}
ENOUGH = 10


def command(shop, *words, typed=""):
    done = [sys.executable, "-m", "ecomintent", *words]
    subprocess.run(done, env=shop.environment, cwd=ROOT, input=typed, text=True, check=True, capture_output=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A home with a champion, and a month of corrections that came since."""
    opened = open_shop(tmp_path_factory.mktemp("story"))
    opened.run("samples")
    opened.run("retrain")
    opened.approve("1", reason="first release, read by hand")
    opened.run("labels", "import", "data/samples/corrections-month2.jsonl")
    return opened


@pytest.fixture
def url(shop):
    """Where `ecomintent serve` answers for this home."""
    command(shop, "accounts", "add", "dana", "--approver", "--password-stdin", typed=PASSWORD + "\n")
    environment = shop.environment | {"ECOMINTENT_SERVE_BLIND": "0", "ECOMINTENT_SERVE_WATCH_SECONDS": "1"}
    words = [sys.executable, "-m", "ecomintent", "serve", "--port", "0", "--json"]
    with (
        (shop.home / "server.log").open("w") as log,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=ROOT) as process,
    ):
        told = json.loads("".join(process.stdout.readline() for _ in range(4)))["url"]
        until(lambda: httpx.get(f"{told}/ready").status_code == 200, "the first release answers")
        yield told
        process.terminate()
        process.wait(30)


@pytest.fixture
def page():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 1280, "height": 900})


def until(condition, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited too long: {what}"
        time.sleep(0.5)


def picture(page, name):
    folder = os.environ.get("ECOMINTENT_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"story-{name}.png")


def asked(url):
    """Ask about the tickets; version of who answered."""
    with httpx.Client(base_url=url, timeout=60) as client:
        answers = [client.post("/classify", json={"text": text}).json() for text in ASKED]
    return {answer["model_version"] for answer in answers}


def open_tickets(page):
    return [int(each) for each in page.locator(".tabs b").all_inner_texts()]


def sign_in(page, url):
    page.goto(f"{url}/status")
    page.fill("[name=name]", "dana")
    page.fill("[name=password]", PASSWORD)
    page.click("button.main")
    page.wait_for_url("**/status")


def correct(page):
    """Answer the ticket that is shown, by its key."""
    text = page.locator(".ticket .text").inner_text()
    with page.expect_navigation():
        page.keyboard.press(keys()[ASKED[text]])


def test_ten_corrections_become_the_next_champion_without_leaving_the_browser(shop, url, page):
    assert asked(url) == {"1"}
    sign_in(page, url)
    page.goto(f"{url}/corrections")
    until(lambda: page.reload() and open_tickets(page)[0] >= ENOUGH, "ten tickets wait")
    before, stored = open_tickets(page)[0], shop.json("labels", "status")["corrections"]
    picture(page, "1-tickets")

    for _ in range(ENOUGH):
        correct(page)
    assert open_tickets(page)[0] == before - ENOUGH
    assert page.locator(".bar .soft").inner_text() == "10 answered by you today"
    picture(page, "2-corrected")

    outcome = shop.json("retrain")
    assert shop.json("labels", "status")["corrections"] == stored + ENOUGH
    assert (outcome["version"], outcome["verdict"] in ("REVIEW", "PROMOTE")) == ("2", True)

    page.goto(f"{url}/status")
    assert page.locator(".waits h2").inner_text() == "Version 2 waits for a person"
    picture(page, "3-waits")
    page.click("text=Read the review page")
    assert outcome["verdict"] in page.locator("body").inner_text()
    picture(page, "4-review")
    page.go_back()

    page.fill("[name=reason]", "The tickets it answers differently were read one by one")
    for name in outcome["undecided"]:
        page.fill(f'[name="why.{name}"]', "its changed answers were read")
    page.fill("[name=password]", PASSWORD)
    picture(page, "5-decides")
    page.click("text=Approve version 2")
    assert "dana approved version 2" in page.locator(".note").inner_text()

    # The page follows by itself; nobody presses anything.
    page.wait_for_selector("text=Version 2 is released", timeout=PATIENCE_SECONDS * 1000)
    until(lambda: httpx.get(f"{url}/health").json()["serves"]["version"] == "2", "the server answers with version 2")
    assert asked(url) == {"2"}
    page.goto(f"{url}/status")
    assert page.locator(".facts .big").first.inner_text() == "Version 2"
    assert "approved by dana" in page.locator(".facts .card").first.inner_text()
    picture(page, "6-champion")
    assert [one["by"] for one in shop.json("history") if one["event"] in ("approved", "promoted")][-2:] == ["dana"] * 2
