"""A month on the stack, by the clock: corrections come from doubles of helpdesks into PostgreSQL, the retrain begins
when its schedule says so, the worker of pool gpu trains, the approver decides on MLflow's page in a real Chromium, and
the API goes over to the new version. Tests run in order and share the stack.

With ECOMINTENT_PICTURES=FOLDER it leaves the pictures of docs/stack.md there.
"""

import json
import shutil
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle

import httpx
import pytest

from tests.shop import ROOT
from tests.stack.mlflow_page import VersionPage, leave
from tests.twins import gorgias, gorgias_api, zendesk
from tests.twins.day import AGENTS
from tests.twins.serve import served
from tests.twins.twin import TwinClock

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow,
    pytest.mark.rehearsal,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

PATIENCE_SECONDS = 900
SOURCES = """
[[source]]
kind = "zendesk"
account = "acme"
url = "{zendesk}"
token = "file:{token}"
user = "{zendesk_user}"
field = "{field}"
ours = ["{zendesk_ours}"]

[[source]]
kind = "gorgias"
account = "acme"
url = "{gorgias}"
token = "file:{token}"
user = "{gorgias_user}"
field = "{prefix}"
ours = ["{gorgias_ours}"]
"""


class Clock:
    """Prefect's schedules of the stack: set near, and what the scheduler made of them."""

    def __init__(self, up):
        user, _, password = up.stack.secret("prefect-auth").partition(":")
        self.api = httpx.Client(base_url=f"{up.stack.url('prefect')}/api", auth=(user, password), timeout=60)

    def set_near(self, name, minutes):
        """Let the deployment `name` (flow/name) begin in so many minutes, by the schedule it has; when that is."""
        deployment = self.api.get(f"/deployments/name/{name}").raise_for_status().json()
        [schedule] = deployment["schedules"]
        due = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes + 1)
        near = {"cron": f"{due.minute} {due.hour} * * *", "timezone": "UTC"}
        place = f"/deployments/{deployment['id']}/schedules/{schedule['id']}"
        self.api.patch(place, json={"active": True, "schedule": near}).raise_for_status()
        return due

    def run_at(self, flow, due):
        """The run of `flow` that the scheduler made for this moment, when it has ended well."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            asked = {"flows": {"name": {"any_": [flow]}}, "sort": "EXPECTED_START_TIME_DESC"}
            runs = self.api.post("/flow_runs/filter", json=asked).raise_for_status().json()
            found = [run for run in runs if datetime.fromisoformat(run["expected_start_time"]) == due]
            if found and found[0]["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                assert found[0]["state_type"] == "COMPLETED", found[0]["state"]
                return found[0]
            assert time.monotonic() < end, f"{flow} at {due}: {[run['state_type'] for run in found] or 'no run'}"
            time.sleep(1)

    def children_of(self, run, flow):
        """Runs of `flow` that a task of this run started."""
        asked = {"flows": {"name": {"any_": [flow]}}, "flow_runs": {"parent_flow_run_id": {"any_": [run["id"]]}}}
        return self.api.post("/flow_runs/filter", json=asked).raise_for_status().json()


def corrected_in(twins):
    """Let a month of invented corrections happen, in one of the twins after the other; how many there were."""
    rows = [json.loads(line) for line in (ROOT / "data/samples/corrections-month2.jsonl").open()]
    for row, twin, agent in zip(rows, cycle(twins), cycle(AGENTS), strict=False):
        ticket = twin.open(row["text"])
        twin.clock.sleep(40)
        twin.correct(ticket, row["intent"], agent)
        twin.clock.sleep(20)
    for twin in twins:
        twin.clock.sleep(twin.settles_after)
    return len(rows)


@pytest.fixture(scope="module")
def month(up):
    """The stack with version 1 as champion, answered by the API, and two helpdesks with a month of corrections."""
    up.shop.run("samples")
    up.shop.run("retrain")
    up.shop.approve("1")
    twins = [zendesk.ZendeskTwin(TwinClock(), "acme"), gorgias.GorgiasTwin(TwinClock(), "acme")]
    corrected_in(twins)
    token = up.folder / "secrets" / "helpdesks"
    token.touch(mode=0o600)
    token.write_text(zendesk.TOKEN)
    with ExitStack() as serving:
        addresses = {twin.source: serving.enter_context(served(twin)) for twin in twins}
        (up.shop.home / "sources.toml").write_text(
            SOURCES.format(
                **addresses,
                token=token,
                zendesk_user=zendesk.USER,
                field=zendesk.FIELD,
                zendesk_ours=zendesk.OURS,
                gorgias_user=gorgias_api.USER,
                prefix=gorgias.PREFIX,
                gorgias_ours=gorgias_api.WRITER,
            )
        )
        yield up


@pytest.fixture(scope="module")
def clock(month):
    clock = Clock(month)
    yield clock
    clock.api.close()


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def answered_by(month):
    answer = httpx.post(f"{month.stack.url('api')}/classify", json={"text": "where is my parcel"}, timeout=60)
    return answer.raise_for_status().json()["model_version"]


def test_the_hour_brings_the_corrections_of_two_helpdesks_into_postgres_each_once(month, clock):
    before = month.shop.json("labels", "status")["corrections"]

    run = clock.run_at("sync", clock.set_near("sync/sync", minutes=1))

    assert run["auto_scheduled"]
    assert run["work_pool_name"] == "cpu"
    after = month.shop.json("labels", "status")["corrections"]
    assert after - before == 216
    month.shop.run("sync")
    assert month.shop.json("labels", "status")["corrections"] == after


def test_the_retrain_begins_by_its_schedule_and_the_gpu_pools_worker_trains(month, clock):
    run = clock.run_at("retrain", clock.set_near("retrain/retrain", minutes=1))

    assert (run["auto_scheduled"], run["work_pool_name"]) == (True, "cpu")
    [child] = clock.children_of(run, "fine-tune")
    assert (child["work_pool_name"], child["state_type"]) == ("gpu", "COMPLETED")
    status = month.shop.json("status")
    assert (status["champion"]["version"], status["candidate"]["version"]) == ("1", "2")
    assert list((month.folder / "trainer-home" / "dvc").rglob("*.dir")) != []
    assert answered_by(month) == "1"


def test_the_approver_decides_in_the_browser_and_the_api_goes_over_to_the_new_version(month, clock, chromium):
    password = month.stack.secret("mlflow-approver")
    page = VersionPage(chromium, month.stack.url("mlflow"), "2", account="approver", password=password)
    undecided = month.shop.json("show", "2")["tags"]["undecided"]
    page.add_tag("approved_by", "Dana Ortiz")
    page.add_tag("approval_reason", "The month's corrections, errors read")
    for name in filter(None, undecided.split(",")):
        page.add_tag(f"approval_reason.{name}", "its tickets were read")
    page.edit_tag("approval", "approved")
    page.picture("month-approved")

    clock.run_at("promote", clock.set_near("promote/decisions", minutes=1))

    told = [(event["event"], event["by"]) for event in month.shop.json("history") if event["version"] == "2"]
    assert told[-2:] == [("approved", "Dana Ortiz"), ("promoted", "Dana Ortiz")]
    end = time.monotonic() + PATIENCE_SECONDS
    while answered_by(month) != "2":
        assert time.monotonic() < end, "the API never answered with version 2"
        time.sleep(0.5)


def test_prefects_page_shows_the_month(month, chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    page.goto(f"{month.stack.url('prefect')}/runs")
    page.locator("input[type=password]").fill(month.stack.secret("prefect-auth"))
    page.keyboard.press("Enter")

    for flow in ("sync", "retrain", "fine-tune", "promote"):
        page.get_by_role("link", name=flow, exact=True).first.wait_for()
    leave(page, "month-runs")
