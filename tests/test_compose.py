"""infra/compose.yaml and its image, checked without a container engine: there is none where these tests run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ecomintent.adapters.settings import VARIABLES
from infra.local_stack import answers, compose_secrets, programs, state

ROOT = Path(__file__).parents[1]
INFRA = ROOT / "infra"
TEXT = (INFRA / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
ONCE = {name for name, service in SERVICES.items() if service["restart"] == "no"}
"""They end by themselves, and others wait for that."""
WORKER = (INFRA / "worker.Containerfile").read_text(encoding="utf-8")

# Of the compose specification, what is used here; another word is a misspelling until it is added.
WORDS = {
    "image",
    "build",
    "restart",
    "init",
    "cap_drop",
    "security_opt",
    "shm_size",
    "environment",
    "secrets",
    "volumes",
    "healthcheck",
    "command",
    "ports",
    "depends_on",
    "profiles",
    "deploy",
}
HEALTH = {"test", "interval", "timeout", "retries", "start_period"}
CONDITIONS = {"service_healthy", "service_completed_successfully"}


def test_it_has_the_services_that_the_local_stack_has():
    asked = {"storage", "mlflow", "prefect", "worker-cpu", "worker-gpu", "api"}

    assert {*SERVICES} - ONCE == asked | {"postgres"}
    assert set(state.PORTS) | {f"worker-{pool}" for pool in programs.POOLS} == asked


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_nothing_that_compose_does_not_know(name):
    service = SERVICES[name]

    assert set(service) <= WORDS
    assert set(service.get("healthcheck", {})) <= HEALTH
    assert service["restart"] in ("no", "unless-stopped")
    assert all(isinstance(value, str) for value in service.get("environment", {}).values())


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_has_a_version_and_none_is_the_latest(name):
    _, _, tag = SERVICES[name]["image"].partition(":")

    assert re.search(r"\d+\.\d+|RELEASE\.\d{4}-\d\d-\d\d", tag)
    assert "latest" not in TEXT + WORKER


@pytest.mark.parametrize("name", SERVICES)
def test_a_port_is_published_on_this_machine_alone(name):
    service = SERVICES[name]

    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port) for port in service.get("ports", []))
    assert "network_mode" not in service


def test_the_database_the_storage_and_the_workers_are_not_published_at_all():
    published = {name: port for name, service in SERVICES.items() for port in service.get("ports", [])}

    assert {name: int(port.split(":")[1]) for name, port in published.items()} == {
        "mlflow": 5000,
        "prefect": 4200,
        "api": 8080,
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_stays_has_a_health_check_and_one_that_ends_is_waited_for(name):
    waited = {
        (before, how["condition"]) for each in SERVICES.values() for before, how in each.get("depends_on", {}).items()
    }

    assert ("healthcheck" in SERVICES[name]) == (name not in ONCE)
    assert name not in ONCE or (name, "service_completed_successfully") in waited


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_is_a_service_that_can_be_waited_for_so(name):
    for before, how in SERVICES[name].get("depends_on", {}).items():
        assert how["condition"] in CONDITIONS
        assert (how["condition"] == "service_completed_successfully") == (before in ONCE)
        assert before in SERVICES
        assert "profiles" not in SERVICES[before]


def test_nothing_waits_for_itself_by_way_of_others():
    left = {name: set(service.get("depends_on", {})) for name, service in SERVICES.items()}
    while ready := [name for name, waits in left.items() if not waits & set(left)]:
        for name in ready:
            del left[name]

    assert left == {}


def test_every_variable_of_ours_is_one_that_settings_knows():
    used = {name for service in SERVICES.values() for name in service.get("environment", {})}
    ours = {name for name in used if name.startswith("ECOMINTENT_")}

    assert len(ours) >= 7
    assert ours - set(VARIABLES) == set()
    assert set(re.findall(r"ECOMINTENT_[A-Z_]+", WORKER)) - set(VARIABLES) == set()


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_comes_from_a_file_that_is_declared_and_handed_to_this_service(name):
    service = SERVICES[name]
    told = yaml.safe_dump({key: value for key, value in service.items() if key in ("environment", "command")})
    used = set(re.findall(r"/run/secrets/([a-z.-]+)", told))

    if "/run/secrets]" in told or re.search(r"- /run/secrets\n", told):
        used |= {"mlflow-admin", "mlflow-loop", "mlflow-approver"}
    assert used == set(service.get("secrets", []))
    assert used <= set(COMPOSE["secrets"])


def test_no_variable_holds_a_secret_itself():
    said = {k: v for each in SERVICES.values() for k, v in each.get("environment", {}).items()}
    secret = {
        k: v for k, v in said.items() if re.search(r"PASSWORD|SECRET|AUTH|TOKEN|KEY|CREDENTIALS|DATABASE|_URI", k)
    }

    assert secret
    assert {k: v for k, v in secret.items() if not v.startswith("/run/secrets/")} == {}
    assert not re.search(r"://[^/\s]*:[^/\s]*@", TEXT)


def test_every_volume_is_declared_and_only_the_init_script_is_of_the_checkout():
    mounted = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    named = {volume.split(":")[0] for volume in mounted if not volume.startswith(".")}

    assert named == set(COMPOSE["volumes"])
    assert [volume for volume in mounted if volume.startswith(".")] == [
        "./postgres-databases.sh:/docker-entrypoint-initdb.d/databases.sh:ro"
    ]


def test_the_worker_that_promotes_and_the_api_share_a_home_and_the_trainer_has_its_own():
    homes = {name: SERVICES[name]["volumes"] for name in ("worker-cpu", "api", "worker-gpu")}

    assert homes["api"] == ["home:/var/lib/ecomintent"]
    assert homes["worker-cpu"] == [*homes["api"], "runs:/srv/runs"]
    assert homes["worker-gpu"] == ["trainer:/var/lib/ecomintent", "runs:/srv/runs"]


def test_the_trainer_is_only_there_where_it_is_asked_for_and_gets_the_card():
    devices = SERVICES["worker-gpu"]["deploy"]["resources"]["reservations"]["devices"]

    assert {name for name, service in SERVICES.items() if "profiles" in service} == {"worker-gpu"}
    assert (SERVICES["worker-gpu"]["profiles"], devices[0]["capabilities"]) == (["gpu"], ["gpu"])


def test_every_program_of_ours_that_a_service_runs_is_in_the_checkout():
    words = [
        word
        for each in SERVICES.values()
        for word in each.get("command", []) + each.get("healthcheck", {}).get("test", [])
    ]
    scripts = {word for word in words if word.startswith("infra/")}
    modules = {word for word in words if word.startswith("infra.")}

    assert {name for name in scripts if not (ROOT / name).stat().st_mode & 0o100} == set()
    assert {name for name in modules if not (ROOT / (name.replace(".", "/") + ".py")).is_file()} == set()


def test_the_secrets_it_names_are_those_that_are_made(tmp_path):
    made = compose_secrets.make(tmp_path / "secrets")
    again = compose_secrets.make(tmp_path / "secrets")
    paths = list((tmp_path / "secrets").iterdir())

    assert set(made) == set(COMPOSE["secrets"]) == {path.name for path in paths}
    assert again == []
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert {each["file"] for each in COMPOSE["secrets"].values()} == {f"./secrets/{name}" for name in made}


def test_a_secret_that_is_lost_is_made_anew_without_touching_the_others(tmp_path):
    compose_secrets.make(tmp_path)
    password = (tmp_path / "postgres").read_text().strip()
    (tmp_path / "database-url").unlink()

    assert compose_secrets.make(tmp_path) == ["database-url"]
    assert password in (tmp_path / "database-url").read_text()


def test_a_program_gets_secrets_from_files_and_its_own_words_as_they_are(tmp_path):
    (tmp_path / "a").write_text("hush $HOME `x` = \"'\n")
    code = "import os, sys; print(os.environ['A_SECRET'], sys.argv[1:])"
    command = [
        INFRA / "with-secrets",
        f"A_SECRET={tmp_path}/a",
        "--",
        sys.executable,
        "-c",
        code,
        "two words",
        "--",
        "-x",
    ]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert said == "hush $HOME `x` = \"' ['two words', '--', '-x']\n"


def test_a_program_whose_secret_is_absent_is_not_started(tmp_path):
    done = subprocess.run(
        [INFRA / "with-secrets", f"A={tmp_path}/absent", "--", "echo", "ran"], check=False, capture_output=True
    )

    assert done.returncode != 0
    assert done.stdout == b""


def test_a_health_check_is_no_for_silence():
    assert answers.status("http://127.0.0.1:9/") == 0


def test_the_workers_image_is_built_of_what_is_in_the_checkout_and_holds_no_secret():
    copies = [line.split()[1:-1] for line in WORKER.splitlines() if line.startswith("COPY ") and "--from" not in line]
    sources = {source for each in copies for source in each}
    ignored = (INFRA / "worker.Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {line[1:] for line in ignored if line.startswith("!")} == sources
    assert ignored.index("infra/secrets") > ignored.index("!infra")
    assert not re.search(r"(?i)password|token=|_key=", WORKER)


def test_the_workers_image_has_locked_versions_and_runs_as_somebody_who_is_not_root():
    installs = re.findall(r"pip install .*", WORKER)

    assert all("--constraint requirements.lock" in each for each in installs)
    assert '".[train,services,kube]"' in installs[-1]
    assert {line.split()[1] for line in WORKER.splitlines() if line.startswith("FROM")} == {"python:3.11-slim"}
    assert re.findall(r"^(?:FROM|USER|RUN) .*", WORKER, flags=re.MULTILINE)[-1] == "USER 10001"
