"""What the shop's git is told of a champion may fail, and is made up for."""

import subprocess

import pytest

from ecomintent.adapters import recording
from ecomintent.adapters.run_history import RunHistory
from tests.unit.adapters.trust_shop import Shop

AT = "2031-06-01T03:00:00+00:00"


@pytest.fixture
def shop(tmp_path):
    """Version 1 serves; its retrain is on a branch, and the place that branches are pushed to is not there yet."""
    shop = Shop(tmp_path / "shop")
    shop.shared = tmp_path / "shared.git"
    project = tmp_path / "project"
    shop.runs = RunHistory(home=tmp_path / "home", workspace=project, project=project, remote=str(shop.shared))
    project.mkdir()
    (project / "params.yaml").write_text("epochs: 3")
    commit = shop.runs.commit(shop.runs.open(AT), "Retrain")
    recording.note_commit(shop.system, "1", commit)
    shop.system.registry.point("champion", "1")
    return shop


def test_a_remote_that_is_away_stops_no_promotion_and_is_caught_up_with(shop, caplog):
    recording.note_champion(shop.system, shop.runs)

    assert "version 1 serves, but main and tags are not where they belong" in caplog.text

    subprocess.run(["git", "init", "--quiet", "--bare", str(shop.shared)], check=True)
    recording.note_champion(shop.system, shop.runs)

    asked = ["git", "ls-remote", str(shop.shared)]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in told.splitlines()] == ["refs/heads/main", "refs/tags/model/v1"]


def test_a_champion_that_names_no_commit_is_left_alone(shop, caplog):
    shop.add_version("2")
    shop.system.registry.point("champion", "2")

    recording.note_champion(shop.system, shop.runs)

    assert caplog.text == ""


def test_where_no_version_was_made_none_is_tagged(shop):
    recording.note_commit(shop.system, "", "f" * 40)
