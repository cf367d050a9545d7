"""Servers that are not the home's own, and secrets in files."""

from pathlib import Path

import pytest

from ecomintent.adapters import pages
from ecomintent.adapters.service_settings import IN_FILES
from ecomintent.adapters.settings import from_environment
from ecomintent.adapters.simulated_shop import open_shop
from ecomintent.errors import InputError

ROOT = Path(__file__).parents[3]
SERVERS = {
    "ECOMINTENT_MLFLOW_URL": "http://127.0.0.1:5001/",
    "ECOMINTENT_MLFLOW_USER": "loop",
    "ECOMINTENT_MLFLOW_PASSWORD": "hush-mlflow",
    "ECOMINTENT_PREFECT_URL": "http://127.0.0.1:4201/api",
    "ECOMINTENT_PREFECT_AUTH": "admin:hush-prefect",
}


@pytest.fixture
def secret_file(tmp_path):
    """Writes a secret where only its owner reads it."""

    def write(content, mode=0o600):
        path = tmp_path / "secret"
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)
        return str(path)

    return write


def test_without_servers_mlflow_and_prefect_stay_the_homes_own(tmp_path):
    settings = from_environment({"ECOMINTENT_HOME": str(tmp_path)}, ROOT)
    child = settings.child_environment({})

    assert settings.tracking_uri == f"sqlite:///{tmp_path}/mlflow/mlflow.db"
    assert child["MLFLOW_TRACKING_URI"] == settings.tracking_uri
    assert {"PREFECT_API_URL", "MLFLOW_TRACKING_USERNAME", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"} & set(child) == set()


def test_a_childs_mlflow_and_prefect_are_the_servers_and_it_can_sign_in():
    child = from_environment(SERVERS, ROOT).child_environment({})

    assert {name: child[name] for name in child if name.startswith(("MLFLOW_", "PREFECT_API"))} == {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:5001",
        "MLFLOW_TRACKING_USERNAME": "loop",
        "MLFLOW_TRACKING_PASSWORD": "hush-mlflow",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5",
        "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
        "PREFECT_API_URL": "http://127.0.0.1:4201/api",
        "PREFECT_API_AUTH_STRING": "admin:hush-prefect",
    }


def test_what_a_child_is_told_gives_it_the_same_settings(secret_file, tmp_path):
    told = {**SERVERS, "ECOMINTENT_PREFECT_AUTH_FILE": secret_file("admin:from a file\n")}
    del told["ECOMINTENT_PREFECT_AUTH"]
    settings = from_environment({**told, "ECOMINTENT_PROJECT": str(ROOT)}, tmp_path)

    child = from_environment(settings.child_environment(told), Path("/"))

    assert child == settings
    assert child.services.prefect_auth == "admin:from a file"


@pytest.mark.parametrize("name", IN_FILES)
def test_every_secret_may_stand_in_a_file_and_is_never_shown(name, secret_file):
    others = {"ECOMINTENT_MLFLOW_USER": "loop"} if "MLFLOW" in name else {}
    value = "sqlite:////hush/labels.db" if "DATABASE" in name else "user:hush"

    found = from_environment({**others, f"{name}_FILE": secret_file(value + "\n")}, ROOT)

    assert value in (found.database_url, found.llm_key, found.services.mlflow_password, found.services.prefect_auth)
    assert "hush" not in repr(found)


def test_a_secrets_file_is_found_from_the_folder_the_command_was_given_in(secret_file, tmp_path):
    secret_file("user:hush")

    found = from_environment({"ECOMINTENT_PREFECT_AUTH_FILE": "secret", "ECOMINTENT_PROJECT": str(ROOT)}, tmp_path)

    assert found.services.prefect_auth == "user:hush"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ECOMINTENT_MLFLOW_URL": "mlflow:5000"}, "ECOMINTENT_MLFLOW_URL: it must be an address without credentials"),
        ({"ECOMINTENT_MLFLOW_URL": "http://loop:hush@mlflow:5000"}, "it must be an address without credentials"),
        ({"ECOMINTENT_PREFECT_URL": "http://a/api?key=hush"}, "ECOMINTENT_PREFECT_URL: it must be an address"),
        ({"ECOMINTENT_MLFLOW_USER": "loop"}, "set both, or neither"),
        ({"ECOMINTENT_MLFLOW_PASSWORD": "hush"}, "set both, or neither"),
        ({"ECOMINTENT_PREFECT_AUTH": "hush"}, "ECOMINTENT_PREFECT_AUTH: it must hold user:password"),
        ({"ECOMINTENT_LLM_KEY": "hush", "ECOMINTENT_LLM_KEY_FILE": "/a"}, "ECOMINTENT_LLM_KEY is set too"),
        ({"ECOMINTENT_LLM_KEY_FILE": "/absent"}, "ECOMINTENT_LLM_KEY_FILE: /absent cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_in_one_line_without_the_secret(environment, said):
    with pytest.raises(InputError, match=said) as refused:
        from_environment(environment, ROOT)

    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [("user:hush", 0o644, "anybody may read .*secret; chmod 600"), ("\n", 0o600, "is empty")],
)
def test_a_secrets_file_that_anybody_reads_or_that_is_empty_is_refused(secret_file, content, mode, said):
    with pytest.raises(InputError, match=f"ECOMINTENT_PREFECT_AUTH_FILE: .*{said}"):
        from_environment({"ECOMINTENT_PREFECT_AUTH_FILE": secret_file(content, mode)}, ROOT)


def test_a_secrets_file_may_be_read_by_a_group_as_kubernetes_hands_it_out(secret_file):
    path = secret_file("user:hush", 0o440)

    assert from_environment({"ECOMINTENT_PREFECT_AUTH_FILE": path}, ROOT).services.prefect_auth == "user:hush"


def test_a_simulation_never_writes_to_the_companys_servers(tmp_path):
    real = from_environment({**SERVERS, "ECOMINTENT_HOME": str(tmp_path / "real")}, ROOT)

    simulated = open_shop(tmp_path / "simulated", real, shared=tmp_path / "shared").system.settings

    assert str(tmp_path / "simulated") in simulated.tracking_uri
    assert "127.0.0.1" not in str(simulated.child_environment(SERVERS))


def test_the_homes_own_pages_are_not_served_beside_the_companys(tmp_path):
    settings = from_environment({**SERVERS, "ECOMINTENT_HOME": str(tmp_path)}, ROOT)

    with pytest.raises(InputError, match=r"http://127\.0\.0\.1:5001: this home uses servers that run elsewhere"):
        pages.serve(settings, mlflow_port=5000, prefect_port=4200, say=print)
