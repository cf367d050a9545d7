"""A replay has a folder of its own, and one folder holds one replay."""

from dataclasses import replace
from pathlib import Path

import pytest

from ecomintent.adapters import settings, simulation_inputs, simulation_picture
from ecomintent.adapters.simulated_shop import Stages, open_shop
from ecomintent.adapters.simulation_inputs import Asked
from ecomintent.errors import InputError
from ecomintent.params_simulate import SimulateParams
from ecomintent.release.simulation import BEFORE_ALL
from ecomintent.release.stand_in import OnReview, Ruling
from tests.unit.release.test_simulation import JUDGED

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "data" / "samples"
SIMULATE = SimulateParams(seed=7, look_days=7, drift=0.2, drift_least=30, new_labels=100)


@pytest.fixture
def shop(tmp_path):
    """The settings of a real shop, its home not made yet."""
    return settings.from_environment(
        {
            "ECOMINTENT_HOME": str(tmp_path / "home"),
            "ECOMINTENT_DATABASE_URL": "postgresql://elsewhere/labels",
            "ECOMINTENT_SIGNING_KEY": str(tmp_path / "key.pem"),
            "ECOMINTENT_SECRET_ZENDESK": "token",
        },
        ROOT,
    )


@pytest.fixture
def asked(tmp_path):
    events = tmp_path / "events.csv"
    events.write_text("text,intent,created_at\nwhere is my parcel,WISMO,2031-05-04\nno such,THING,2031-05-04\n")
    return Asked(
        events=(events,),
        source_map=None,
        frozen=SAMPLES / "frozen.jsonl",
        corpus=None,
        alone=False,
        split=None,
        on_review=OnReview.APPROVE,
    )


def test_the_same_replay_may_go_on_in_its_folder(tmp_path, shop, asked):
    for _ in range(2):
        simulation_inputs.claim(tmp_path / "out", asked, shop)


def test_another_replay_may_not_and_what_differs_is_named(tmp_path, shop, asked):
    simulation_inputs.claim(tmp_path / "out", asked, shop)
    asked.events[0].write_text("text,intent\nother,OTHER\n")

    with pytest.raises(InputError, match=r"it holds a replay with another events, split; give the same again"):
        simulation_inputs.claim(tmp_path / "out", replace(asked, split=3), shop)


def test_a_folder_with_other_files_is_left_alone(tmp_path, shop, asked):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")

    with pytest.raises(InputError, match="it holds other files; choose an empty or a new folder"):
        simulation_inputs.claim(tmp_path / "out", asked, shop)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("place", ["home", "home/replay", ".", str(ROOT)])
def test_no_replay_writes_where_the_shop_keeps_its_own(tmp_path, shop, asked, place):
    with pytest.raises(InputError, match="never writes where the shop keeps its own"):
        simulation_inputs.claim((tmp_path / place).resolve(), asked, shop)


def test_a_file_that_is_not_there_is_named_before_anything_is_written(tmp_path, shop, asked):
    with pytest.raises(InputError, match=r"gone\.csv: no such file"):
        simulation_inputs.claim(tmp_path / "out", replace(asked, events=(tmp_path / "gone.csv",)), shop)
    assert not (tmp_path / "out").exists()


def test_a_simulated_shop_has_nothing_of_the_real_one_but_checkout_and_params(tmp_path, shop):
    own = open_shop(tmp_path / "out", shop, shared=tmp_path / "shared").system.settings

    assert (own.project, own.params) == (shop.project, shop.params)
    assert (own.home, own.workspace) == (tmp_path / "out", tmp_path / "out" / "workspace")
    assert own.database_url == f"sqlite:///{tmp_path / 'out' / 'labels.db'}"
    assert (own.signing_key, own.sources, dict(own.secrets)) == (None, None, {})


def test_labels_arrive_and_rows_that_an_import_would_refuse_are_kept_apart(tmp_path, asked):
    frozen = tmp_path / "frozen.csv"
    frozen.write_text("id,text,label\nF1,Where is my PARCEL,WISMO\n")
    asked.events[0].write_text(
        "text,intent,created_at\nwhere is my parcel,WISMO,2031-05-04\nmy lamp came broken,DAMAGED_ITEM,2031-05-04\n"
        "my shoe,THING,2031-05-04\n"
    )

    for _ in range(2):  # The second time from what the first one kept.
        arrivals, refused = simulation_inputs.arrivals(replace(asked, frozen=frozen), SIMULATE, shared=tmp_path)

        assert [arrival.correction.text for arrival in arrivals] == ["my lamp came broken"]
        assert [row["line"] for row in refused] == [2, 4]
        asked.events[0].unlink(missing_ok=True)


def test_stages_and_inputs_are_those_of_the_pipeline_file(tmp_path):
    (tmp_path / "dvc.yaml").write_text(
        "stages: {train: {deps: [ecomintent/a.py, data/input/b.parquet, data/prepared/c.parquet, expectations]},"
        " export: {deps: [data/trained/model, data/input/b.parquet]}}"
    )

    assert Stages.read(tmp_path / "dvc.yaml") == Stages(
        names=("train", "export"),
        inputs=(Path("data/input/b.parquet"),),
        code=(Path("ecomintent/a.py"), Path("expectations")),
    )


@pytest.mark.parametrize("rulings", [[None], [Ruling.BLOCKED], list(Ruling)])
def test_a_picture_is_drawn_whatever_became_of_the_candidates(tmp_path, rulings):
    step = replace(BEFORE_ALL, name="start", at="2031-05-01T00:00:00+00:00")
    steps = [replace(step, judged=JUDGED if ruling else None, ruling=ruling) for ruling in rulings]

    simulation_picture.draw(
        {"monthly": steps, "weekly": steps}, tmp_path / "picture.png", core_hour_price=0.05, tickets=613
    )

    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
