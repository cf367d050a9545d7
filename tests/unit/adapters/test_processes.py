"""How the command line starts a flow."""

import pytest

from ecomintent.adapters import processes
from ecomintent.adapters.settings import from_environment
from ecomintent.errors import InputError
from tests.shop import ROOT


def test_a_flow_finds_its_home_also_where_there_was_none(tmp_path):
    """Prefect's server makes its own folder in the home, but not the home, and then waits for itself in vain."""
    settings = from_environment({"ECOMINTENT_HOME": str(tmp_path / "shops" / "new")}, ROOT)

    assert processes.run_flow(settings, "tests.fakes.flow", []) == {"home": True}


def test_a_home_that_cannot_be_made_is_named_before_anything_starts(tmp_path):
    (tmp_path / "file").touch()
    settings = from_environment({"ECOMINTENT_HOME": str(tmp_path / "file" / "home")}, ROOT)

    with pytest.raises(InputError, match="cannot be written"):
        processes.run_flow(settings, "tests.fakes.flow", [])
