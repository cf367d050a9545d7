"""The monthly cycle on real servers: labels in PostgreSQL, candidate in MLflow on PostgreSQL and S3, a decision by the
account that may decide and nothing else, the API answering. Tests run in order and share the stack."""

import json
import subprocess
import sys
import time

import boto3
import httpx
import psutil
import pytest
import sqlalchemy as sa

from infra.local_stack import running
from tests.shop import ROOT

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.rehearsal]

NAME = "ecomintent-intents"
PATIENCE_SECONDS = 600


def until(condition, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited too long: {what}"
        time.sleep(0.5)


def services(up):
    return {each["service"]: each for each in json.loads(up.command("status", "--json").stdout)}


@pytest.fixture(scope="module")
def outcome(up):
    """The first retrain, by a command that finds everything through the stack's environment."""
    up.shop.run("samples")
    return up.shop.json("retrain")


def test_every_service_answers_a_real_request(up):
    assert {name: (each["runs"], each["answers"]) for name, each in services(up).items()} == dict.fromkeys(
        ("storage", "mlflow", "prefect", "worker-cpu", "worker-gpu", "api"), (True, True)
    )


def test_brought_up_again_nothing_is_started_twice(up):
    before = up.stack.processes

    assert "everything ran already" in up.command("up").stdout
    assert up.stack.processes == before


def test_secrets_are_files_of_their_owner_and_stand_in_no_command_line_and_no_log(up):
    secrets = [up.stack.secret(name) for name in ("mlflow-admin", "mlflow-loop", "mlflow-approver", "prefect-auth")]
    ours = [psutil.Process(started.pid) for started in up.stack.processes.values()]
    lines = [" ".join(each.cmdline()) for leader in ours for each in (leader, *leader.children(recursive=True))]
    told = lines + [path.read_text(errors="replace") for path in (up.folder / "logs").iterdir()]

    assert {path.stat().st_mode & 0o777 for path in (up.folder / "secrets").iterdir()} == {0o600}
    assert [text for text in told if any(secret in text for secret in secrets)] == []


@pytest.mark.parametrize("service", ["mlflow", "prefect"])
def test_whoever_does_not_sign_in_is_refused(up, service):
    asked = {"mlflow": "/api/2.0/mlflow/experiments/search?max_results=1", "prefect": "/api/deployments/filter"}[
        service
    ]
    method = "GET" if service == "mlflow" else "POST"

    for auth in (None, ("admin", "wrong")):
        answer = httpx.request(method, up.stack.url(service) + asked, auth=auth, timeout=60)
        assert answer.status_code == 401


def test_everything_listens_on_this_machine_alone(up):
    leaders = [psutil.Process(started.pid) for started in up.stack.processes.values()]
    everybody = [each for leader in leaders for each in (leader, *leader.children(recursive=True))]
    listening = {c.laddr.ip for each in everybody for c in each.net_connections() if c.status == psutil.CONN_LISTEN}

    assert listening == {"127.0.0.1"}


def test_a_retrain_leaves_a_candidate_in_mlflow_on_postgres_with_its_files_in_s3(up, outcome):
    assert (outcome["verdict"], outcome["version"]) == ("REVIEW", "1")
    assert outcome["run_link"].startswith(up.stack.url("mlflow"))
    assert not (up.shop.home / "mlflow").exists()

    engine = sa.create_engine(up.stack.database("mlflow", "psycopg"))
    with engine.connect() as connection:
        aliases = dict(connection.exec_driver_sql("SELECT alias, version FROM registered_model_aliases").all())
    engine.dispose()
    credentials = {"aws_access_key_id": "stack", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=up.stack.url("storage"), **credentials)
    keys = [each["Key"] for each in client.list_objects_v2(Bucket="mlflow")["Contents"]]
    assert aliases == {"candidate": 1}
    assert [key for key in keys if key.endswith("/model.onnx")] != []


def test_the_labels_are_in_postgres(up, outcome):
    engine = sa.create_engine(up.stack.database("labels", "psycopg"))
    names = sa.inspect(engine).get_table_names()
    engine.dispose()

    assert "release_events" in names
    assert up.shop.json("labels", "status")["corrections"] > 0
    assert not (up.shop.home / "labels.db").exists()


def test_prefects_server_saw_the_retrain(up, outcome):
    user, _, password = up.stack.secret("prefect-auth").partition(":")

    runs = httpx.post(
        f"{up.stack.url('prefect')}/api/flow_runs/filter",
        json={"flows": {"name": {"any_": ["retrain"]}}},
        auth=(user, password),
        timeout=60,
    ).json()

    assert [run["state"]["type"] for run in runs] == ["COMPLETED"]


def move(client, alias, version):
    return client.post("/registered-models/alias", json={"name": NAME, "alias": alias, "version": version})


def test_the_approver_may_not_move_an_alias_register_a_version_or_delete_one(up, outcome):
    with up.mlflow("approver") as approver:
        version = {"name": NAME, "version": "1"}
        refused = [
            move(approver, "champion", "1"),
            approver.request("DELETE", "/registered-models/alias", json={"name": NAME, "alias": "candidate"}),
            approver.post("/model-versions/create", json={"name": NAME, "source": "mlflow-artifacts:/x"}),
            approver.request("DELETE", "/model-versions/delete", json=version),
            approver.request("DELETE", "/registered-models/delete", json={"name": NAME}),
        ]

    assert [answer.status_code for answer in refused] == [403] * 5
    status = up.shop.json("status")
    assert (status["champion"], status["candidate"]["version"]) == (None, "1")


def test_a_command_with_a_password_that_is_wrong_says_so_in_one_line(up, outcome, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("no such password")
    wrong.chmod(0o600)
    environment = {**up.shop.environment, "ECOMINTENT_MLFLOW_PASSWORD_FILE": str(wrong)}
    command = [sys.executable, "-m", "ecomintent", "status"]

    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "MLflow does not know the account 'loop'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_version_outlives_a_restart_of_mlflow_and_of_its_storage(up, outcome):
    # Killed at once it would lose what came in the last seconds; told to stop it keeps everything.
    stack = up.stack
    running.stop(stack, ["mlflow", "storage"])

    again = up.command("up")

    assert "storage answers" in again.stderr
    assert "mlflow answers" in again.stderr
    assert "prefect" not in again.stderr
    assert up.shop.json("retrain")["version"] == "1"


def test_what_the_approver_says_on_mlflows_page_is_promoted_and_the_api_answers_with_it(up, outcome):
    said = {"approved_by": "Dana Ortiz", "approval_reason": "first release, read by hand"}
    waivers = {f"approval_reason.{name}": "its tickets were read" for name in outcome["undecided"]}
    with up.mlflow("approver") as approver:
        for key, value in {**said, **waivers, "approval": "approved"}.items():
            told = {"name": NAME, "version": "1", "key": key, "value": value}
            assert approver.post("/model-versions/set-tag", json=told).status_code == 200

    up.shop.run("decisions")

    told = [(event["event"], event["by"]) for event in up.shop.json("history") if event["version"] == "1"]
    assert told[-2:] == [("approved", "Dana Ortiz"), ("promoted", "Dana Ortiz")]
    assert up.shop.json("status")["champion"]["version"] == "1"
    api = up.stack.url("api")
    until(lambda: httpx.get(f"{api}/ready").status_code == 200, "the API answers with the champion")
    assert httpx.post(f"{api}/classify", json={"text": "where is my parcel"}, timeout=60).json()["model_version"] == "1"


def test_taken_down_it_leaves_no_process_and_touches_no_other(up):
    everybody = [psutil.Process(started.pid) for started in up.stack.processes.values()]
    tree = [each for leader in everybody for each in (leader, *leader.children(recursive=True))]
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)

    try:
        up.command("down")

        assert [each for each in tree if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
        assert bystander.poll() is None
        assert {each["runs"] for each in json.loads(up.command("status", "--json", code=1).stdout)} == {False}
        assert up.command("down").stdout.strip() == "nothing ran"
    finally:
        bystander.kill()
        bystander.wait()
