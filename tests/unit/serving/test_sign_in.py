"""Who sees the pages: accounts, sessions, and forms that only our own pages can send."""

import base64
import json

import pytest

from ecomintent.adapters.accounts import COST
from tests.unit.serving.desk_server import PASSWORD, Browser, DeskServer

PAGES = ["/corrections", "/status", "/status/review/0123456789abcdef"]


@pytest.fixture
def server(tmp_path):
    return DeskServer(tmp_path)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_before_signing_in(server, page):
    answered = server.client().get(page, follow_redirects=False)

    assert (answered.status_code, answered.headers["location"].split("?")[0]) == (303, "/sign-in")


def test_a_right_password_gives_a_session_that_scripts_and_other_sites_cannot_use(server):
    server.accounts.put("dana", PASSWORD)
    answered = Browser(server).sign_in("dana")

    cookie = answered.headers["set-cookie"]
    assert (answered.status_code, answered.headers["location"]) == (303, "/corrections")
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert ("Secure" in cookie, PASSWORD in cookie) == (False, False)


def test_behind_a_proxy_that_speaks_https_the_cookie_is_sent_over_nothing_else(server):
    server.accounts.put("dana", PASSWORD)
    told = server.client(**{"X-Forwarded-Proto": "https"}).post(
        "/sign-in", data={"name": "dana", "password": PASSWORD}, follow_redirects=False
    )

    assert "Secure" in told.headers["set-cookie"].split("; ")


@pytest.mark.parametrize(
    ("name", "password"), [("dana", "wrong"), ("eoin", PASSWORD), ("", ""), ("dana", "a" * 10_000)]
)
def test_what_is_wrong_is_not_told(server, name, password):
    server.accounts.put("dana", PASSWORD)
    answered = Browser(server).sign_in(name, password)

    assert answered.status_code == 401
    assert "Name or password is wrong." in answered.text
    assert "set-cookie" not in answered.headers


def test_after_five_wrong_passwords_a_name_waits_a_minute_also_with_the_right_one(server):
    server.accounts.put("dana", PASSWORD)
    server.accounts.put("eoin", PASSWORD)
    browser = Browser(server)
    statuses = [browser.sign_in("dana", "wrong").status_code for _ in range(5)]

    assert statuses == [401] * 5
    assert browser.sign_in("dana").status_code == 429
    assert browser.sign_in("eoin").status_code == 303
    server.clock.turn(seconds=61)
    assert browser.sign_in("dana").status_code == 303


@pytest.mark.parametrize("place", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere", "/metrics"])
def test_signing_in_leads_to_our_own_pages_alone(server, place):
    server.accounts.put("dana", PASSWORD)

    assert Browser(server).sign_in("dana", next=place).headers["location"] == "/corrections"


def test_a_session_ends_after_twelve_hours(server):
    browser = server.signed_in()
    assert browser.see().url.path == "/corrections"
    server.clock.turn(hours=12, seconds=1)

    assert browser.see().url.path == "/sign-in"


def test_another_password_or_the_end_of_the_account_ends_its_sessions(server):
    browser, other = server.signed_in(), server.signed_in("eoin")
    server.accounts.put("dana", "another " + PASSWORD)
    server.accounts.remove("eoin")

    assert (browser.see().url.path, other.see().url.path) == ("/sign-in", "/sign-in")


def test_a_cookie_that_was_changed_or_made_up_is_nobodys(server):
    browser = server.signed_in()
    good = browser.client.cookies["ecomintent_session"]
    content, _, signature = good.partition(".")
    told = json.loads(base64.urlsafe_b64decode(content + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(told | {"name": "eoin"}).encode()).decode().rstrip("=")
    for cookie in (f"{forged}.{signature}", content, f"{content}.", f"{content}.{signature[:-1]}x", ".", "x"):
        answered = server.client(Cookie=f"ecomintent_session={cookie}").get("/corrections", follow_redirects=False)
        assert answered.status_code == 303
    kept = server.client(Cookie=f"ecomintent_session={good}").get("/corrections", follow_redirects=False)
    assert kept.status_code == 200


def test_signing_out_forgets_the_session(server):
    browser = server.signed_in()
    browser.see()
    browser.press("/sign-out")

    assert browser.see().url.path == "/sign-in"


@pytest.mark.parametrize("form", ["/corrections/answer", "/corrections/undo", "/sign-out"])
def test_a_form_without_its_token_or_with_anothers_does_nothing(server, form):
    server.classified("parcel at 0.5")
    other = server.signed_in("eoin")
    other.see()
    browser = server.signed_in()
    browser.see()
    token = "x" * 64
    for wrong in ("", token, other.page.partition('name="token" value="')[2][:64]):
        assert (
            browser.client.post(form, data={"token": wrong, "ticket": "t0", "intent": "WISMO", "turn": "0"}).status_code
            == 403
        )
    assert server.sql("SELECT 1 FROM corrections") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://localhost:1"},
    ],
)
def test_a_form_that_another_site_sent_does_nothing_be_the_token_right(server, headers):
    server.accounts.put("dana", PASSWORD)
    sent = server.client(**headers).post(
        "/sign-in", data={"name": "dana", "password": PASSWORD}, follow_redirects=False
    )

    assert (sent.status_code, "set-cookie" in sent.headers) == (403, False)


def test_a_form_of_another_kind_or_length_is_refused(server):
    client = server.client()

    assert client.post("/sign-in", json={"name": "dana"}).status_code == 415
    assert client.post("/sign-in", data={"name": "a" * 20_000}).status_code == 413
    assert (
        client.post(
            "/sign-in", content=b"a=\xff", headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        == 400
    )


def test_without_any_account_the_page_says_how_to_make_one(server):
    assert "ecomintent accounts add NAME" in server.client().get("/sign-in").text


@pytest.mark.parametrize("page", ["/sign-in", "/corrections", "/status"])
def test_a_page_loads_nothing_from_elsewhere_and_runs_no_script_but_its_file(server, page):
    server.classified("parcel at 0.5")
    browser = server.signed_in() if page != "/sign-in" else Browser(server)
    answered = browser.see(page)

    policy = answered.headers["content-security-policy"]
    assert "default-src 'none'; style-src 'self'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert [
        part for part in ("http:", "https:", "<style", " style=", " onclick", "<script>") if part in answered.text
    ] == []
    assert answered.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("asset", ["pages.css", "pages.js", "icon.svg"])
def test_the_files_that_pages_load_are_there(server, asset):
    assert server.client().get(f"/assets/{asset}").status_code == 200


@pytest.mark.parametrize("asset", ["status.html", "..%2fhtml.py", "%2e%2e%2fhtml.py", "nothing"])
def test_and_no_others(server, asset):
    assert server.client().get(f"/assets/{asset}").status_code == 404


def test_a_password_is_kept_as_a_salted_digest_alone(server, tmp_path):
    server.accounts.put("dana", PASSWORD)
    server.accounts.put("eoin", PASSWORD)
    digests = [account.digest for account in server.accounts.all()]

    assert digests[0] != digests[1]
    assert all(digest.startswith("scrypt$16$8$1$") for digest in digests)
    assert COST == 2**15
    assert PASSWORD.encode() not in b"".join(path.read_bytes() for path in (tmp_path / "serving").iterdir())
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "serving").glob("*.db")] == [0]
