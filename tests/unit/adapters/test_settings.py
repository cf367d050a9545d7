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
