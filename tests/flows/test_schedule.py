"""infra/prefect.yaml on a real server: what is deployed, when it runs, and that waiting for a pool has an end."""

import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import anyio
import pytest
import yaml

from tests.prefect_lab import Lab
from tests.shop import ROOT

ZONE = ZoneInfo("Europe/Berlin")
DEPLOYED = {each["name"]: each for each in yaml.safe_load((ROOT / "infra" / "prefect.yaml").read_text())["deployments"]}


def test_the_next_retrains_are_first_mondays_at_three_also_when_the_clocks_change():
    from prefect.server.schemas.schedules import CronSchedule

    said = CronSchedule(**DEPLOYED["retrain"]["schedules"][0])
    dates = anyio.run(said.get_dates, 4, datetime(2027, 2, 2, tzinfo=UTC))

    assert [date.astimezone(ZONE).strftime("%a %d %b %H:%M") for date in dates] == [
        "Mon 01 Mar 03:00",
        "Mon 05 Apr 03:00",
        "Mon 03 May 03:00",
        "Mon 07 Jun 03:00",
    ]
    assert [date.astimezone(UTC).hour for date in dates] == [2, 1, 1, 1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.deploy()
    yield lab
    lab.close()


@pytest.mark.slow
def test_every_deployment_of_the_file_is_made_with_one_run_at_a_time(lab):
    flows = {flow["id"]: flow["name"] for flow in lab.ask("/flows/filter")}
    made = {f"{flows[one['flow_id']]}/{one['name']}": one for one in lab.ask("/deployments/filter")}

    assert set(made) == {
        "sync/sync",
        "retrain/retrain",
        "fine-tune/gpu",
        "decide/promote",
        "promote/decisions",
        "watch/watch",
        "rehearse-rollback/rehearse-rollback",
    }
    assert {one["global_concurrency_limit"]["limit"] for one in made.values()} == {1}
    assert made["retrain/retrain"]["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert {name: one["work_pool_name"] for name, one in made.items() if one["work_pool_name"] != "cpu"} == {
        "fine-tune/gpu": "gpu"
    }


@pytest.mark.slow
def test_a_scheduled_deployment_yields_runs_on_the_server(lab):
    """Health checks do not tell: with another SQLAlchemy the scheduler makes no run and says nothing."""
    for flow in ("retrain", "sync", "promote", "watch", "rehearse-rollback"):
        lab.until(lambda flow=flow: len(lab.runs_of(flow)) >= 3, f"no runs of {flow} were scheduled")
        assert {run["state_type"] for run in lab.runs_of(flow)} == {"SCHEDULED"}

    due = sorted(datetime.fromisoformat(run["expected_start_time"]) for run in lab.runs_of("retrain"))
    local = [date.astimezone(ZONE) for date in due]
    assert [(date.weekday(), date.day <= 7, date.hour, date.minute) for date in local] == [(0, True, 3, 0)] * len(local)


@pytest.mark.slow
def test_the_form_of_promote_asks_for_typed_fields_and_refuses_what_does_not_fit(lab):
    found = lab.deployment("decide/promote")
    asked = found["parameter_openapi_schema"]["definitions"]["Decision"]

    assert asked["required"] == ["version", "decision", "by"]
    assert asked["properties"]["version"]["type"] == "string"
    assert asked["properties"]["decision"]["enum"] == ["approve", "reject"]
    start = f"/deployments/{found['id']}/create_flow_run"
    wrong = [{}, {"version": "2", "decision": "yes", "by": "Dana Ortiz"}, {"version": "2", "decision": "approve"}]
    for answer in wrong:
        assert lab.api.post(start, json={"parameters": {"answer": answer}}).status_code in (409, 422)
    right = {"version": "2", "decision": "approve", "by": "Dana Ortiz"}
    assert lab.api.post(start, json={"parameters": {"answer": right}}).is_success


@pytest.mark.slow
def test_without_a_worker_the_run_is_cancelled_and_the_error_says_what_to_do(lab):
    lab.start("parent", "tests.flows.parent", "20310601T030000", "f" * 40, "5")

    lab.until(lambda: lab.runs_of("parent"), "the parent never began")
    said = lab.ended(lab.runs_of("parent")[0]["id"])
    child = lab.runs_of("fine-tune")[0]

    assert said["type"] == "FAILED"
    assert "no worker of pool gpu began fine-tune/gpu within 5 s, so it was cancelled; start one" in said["message"]
    assert child["state_type"] == "CANCELLED"


@pytest.mark.slow
def test_a_retrain_that_the_watch_asks_for_is_a_run_of_the_deployment_and_asked_again_the_same_run(lab):
    known = {run["id"] for run in lab.runs_of("retrain")}
    code = (
        "from flows.retrain_runs import ServerRetrains, server\n"
        "retrains = ServerRetrains(server())\n"
        "for key in ('drift of week 40', 'drift of week 40', 'drift of week 41'): print(retrains.start(key))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env=lab.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    first, again, other = done.stdout.splitlines()
    assert first == again != other
    asked = [run for run in lab.runs_of("retrain") if run["id"] not in known]
    assert {run["deployment_id"] for run in asked} == {lab.deployment("retrain/retrain")["id"]}
    assert {f"run {run['name']} at {lab.environment['PREFECT_API_URL']}" for run in asked} == {first, other}


@pytest.mark.slow
def test_a_server_without_the_deployment_is_named_with_what_to_do(lab):
    lab.api.delete(f"/deployments/{lab.deployment('retrain/retrain')['id']}").raise_for_status()
    code = "from flows.retrain_runs import ServerRetrains, server; ServerRetrains(server()).start('k')"

    done = subprocess.run(
        [sys.executable, "-c", code], env=lab.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "has no deployment retrain/retrain; make it, or run ecomintent retrain" in done.stderr
