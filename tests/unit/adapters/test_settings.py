from pathlib import Path

import pytest

from ecomintent.adapters.settings import SECRET, VARIABLES, from_environment
from ecomintent.errors import InputError

ROOT = Path(__file__).parents[3]


def test_without_any_variable_the_home_and_the_workspace_are_the_checkouts_own():
    settings = from_environment({}, ROOT)

    assert (settings.home, settings.workspace, settings.params) == (ROOT / ".ecomintent", ROOT, ROOT / "params.yaml")


def test_another_home_has_its_own_workspace_so_that_two_homes_never_meet(tmp_path):
    settings = from_environment({"ECOMINTENT_HOME": str(tmp_path / "a")}, ROOT)

    assert settings.workspace == tmp_path / "a" / "workspace"
    assert str(tmp_path / "a") in settings.database_url
    assert str(tmp_path / "a") in settings.tracking_uri


def test_only_variables_named_as_secrets_are_kept_and_they_are_never_shown():
    settings = from_environment({"ECOMINTENT_SECRET_ZENDESK": "hush", "OTHER_SECRET": "x"}, ROOT)

    assert settings.secrets == {"ECOMINTENT_SECRET_ZENDESK": "hush"}
    assert "hush" not in repr(settings)


def test_the_key_of_a_language_model_is_kept_and_never_shown():
    assert from_environment({"ECOMINTENT_LLM_KEY": "hush"}, ROOT).llm_key == "hush"
    assert from_environment({"ECOMINTENT_LLM_KEY": ""}, ROOT).llm_key is None
    assert "hush" not in repr(from_environment({"ECOMINTENT_LLM_KEY": "hush"}, ROOT))


def test_the_checkout_is_found_from_a_folder_inside_it():
    assert from_environment({}, ROOT / "tests").project == ROOT


def test_other_params_with_the_checkouts_own_home_are_refused(tmp_path):
    with pytest.raises(InputError, match="set ECOMINTENT_HOME"):
        from_environment({"ECOMINTENT_PARAMS": str(tmp_path / "params.yaml")}, ROOT)


def test_a_project_that_is_no_checkout_is_refused(tmp_path):
    with pytest.raises(InputError, match="no checkout"):
        from_environment({"ECOMINTENT_PROJECT": str(tmp_path)}, ROOT)


def test_env_example_names_every_variable_that_is_read_and_no_other():
    lines = (ROOT / "infra" / "env.example").read_text(encoding="utf-8").splitlines()
    named = {line.lstrip("#").partition("=")[0] for line in lines if line.startswith("#ECOMINTENT_")}

    assert named == set(VARIABLES)


def test_no_variable_is_read_that_settings_does_not_know():
    read = {
        word
        for path in [*(ROOT / "ecomintent").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]
        for word in path.read_text(encoding="utf-8").replace('"', " ").split()
        if word.startswith("ECOMINTENT_") and word.isupper()
    }

    assert read - set(VARIABLES) - {"ECOMINTENT_FLOW", SECRET} == set()


def test_the_server_is_set_up_by_the_environment_and_has_defaults(tmp_path):
    usual = from_environment({}, ROOT)
    told = {"ECOMINTENT_SERVE_BATCH": "8", "ECOMINTENT_SERVE_SHADOW": "0.25", "ECOMINTENT_ROUTES": "routes.toml"}
    found = from_environment({**told, "ECOMINTENT_PROJECT": str(ROOT)}, tmp_path)

    assert (usual.serve.most_texts, usual.serve.shadow_share) == (32, 0)
    assert usual.routes_file == ROOT / "infra" / "routes.toml"
    assert (found.serve.most_texts, found.serve.shadow_share) == (8, 0.25)
    assert found.routes_file == tmp_path / "routes.toml"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ECOMINTENT_SERVE_BATCH", "0"),
        ("ECOMINTENT_SERVE_BATCH", "3.5"),
        ("ECOMINTENT_SERVE_BATCH", "many"),
        ("ECOMINTENT_SERVE_SHADOW", "1.1"),
        ("ECOMINTENT_SERVE_SHADOW", "nan"),
        ("ECOMINTENT_SERVE_WATCH_SECONDS", "0"),
        ("ECOMINTENT_SERVE_BODY_KIB", "-1"),
    ],
)
def test_an_impossible_limit_of_the_server_is_refused_with_what_is_allowed(variable, value):
    with pytest.raises(InputError, match=rf"{variable}: '{value}'; it must be a (whole )?number in "):
        from_environment({variable: value}, ROOT)
