"""`ecomintent release export`: what is in the folder, what is refused, and that nothing of a person's is lost."""

import json

import pytest
import yaml
from click.testing import CliRunner
from huggingface_hub import ModelCard

from ecomintent import files
from ecomintent.adapters import exporting
from ecomintent.adapters import system as wiring
from ecomintent.cli import trust
from ecomintent.errors import InputError, ReleaseError
from ecomintent.release.passport import open_sealed
from tests.unit.adapters.trust_shop import TICKETS, Shop
from tests.unit.release import card_world

OURS = ["LICENCE.md", "README.md", "export.json", "passport.json"]
WEIGHTS = ["model.onnx", "release.json"]


@pytest.fixture
def shop(tmp_path):
    """A home whose version 2 is approved and whole, but not promoted."""
    opened = Shop(tmp_path / "home")
    opened.add_version("2", fill=fill_release)
    keep_evidence(opened)
    return opened


@pytest.fixture
def released(shop):
    shop.promote("2")
    return shop


def fill_release(folder):
    (folder / "model.onnx").write_bytes(b"weights")
    note = card_world.facts().note | {"base": "encoder-2"}
    (folder / "release.json").write_text(json.dumps(note), encoding="utf-8")


def keep_evidence(shop):
    told = card_world.facts()
    report = told.report | {
        "weights": {"candidate": shop.lineage.weights},
        "frozen_set": {"digest": shop.frozen, "rows": told.report["frozen_set"]["rows"]},
    }
    kept = {
        "evaluated-report.json": report,
        "prepared-report.json": told.prepared,
        "export.json": told.exported,
        "sources.json": told.sources,
    }
    for name, content in kept.items():
        files.write_text(shop.evidence / name, json.dumps(content))
    files.write_text(shop.evidence / "params.yaml", yaml.safe_dump(dict(told.params)))


def export(shop, target, **changes):
    return exporting.export(shop.system, "2", target, **{"unreleased": False, "licence": "apache-2.0"} | changes)


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_folder_holds_the_release_its_card_its_passport_and_the_licence_note(released, tmp_path):
    manifest = export(released, tmp_path / "hub")

    assert names(tmp_path / "hub") == sorted([*OURS, *WEIGHTS])
    assert (manifest["version"], manifest["weights"], manifest["released"]) == ("2", released.lineage.weights, True)
    assert manifest["files"] == {
        name: files.digest(tmp_path / "hub" / name) for name in names(tmp_path / "hub") if name != "export.json"
    }
    assert json.loads((tmp_path / "hub" / "export.json").read_text(encoding="utf-8")) == manifest


def test_the_card_is_that_of_the_version_and_no_ticket_is_in_it(released, tmp_path):
    export(released, tmp_path / "hub")

    text = (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")
    assert ModelCard(text).data.model_name == "ecomintent-version-2"
    assert f"`{released.lineage.weights}`" in text
    assert "**Released.** The gate said PROMOTE (nothing lost). Approved by Zoë Ortiz" in text
    assert [ticket.text for ticket in TICKETS if ticket.text in text] == []


def test_the_passport_in_it_verifies_with_the_public_key_alone(released, tmp_path):
    export(released, tmp_path / "hub")

    sealed = (tmp_path / "hub" / "passport.json").read_text(encoding="utf-8")
    passport = open_sealed(sealed, released.system.keys.trusted(), where="the folder")

    for name in OURS:
        (tmp_path / "hub" / name).unlink()
    assert passport.weights == files.folder_digest(tmp_path / "hub")


def test_the_same_release_gives_the_same_bytes_and_replaces_an_earlier_export(released, tmp_path):
    target = tmp_path / "hub"
    export(released, target, licence="other")
    once = files.folder_digest(target)
    export(released, target)

    assert files.folder_digest(target) != once
    export(released, target, licence="other")
    assert files.folder_digest(target) == once


def test_an_empty_folder_will_do(released, tmp_path):
    (tmp_path / "hub").mkdir()

    export(released, tmp_path / "hub")

    assert len(names(tmp_path / "hub")) == 6


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda hub: (hub / ".git").mkdir() or (hub / ".git" / "HEAD").write_text("ref"), ".git/HEAD is not of the"),
        (lambda hub: (hub / "README.md").write_text("my own words"), "README.md was changed since it was exported"),
        (lambda hub: (hub / "export.json").unlink(), "it is not empty (LICENCE.md, README.md, model.onnx ...)"),
        (lambda hub: (hub / "export.json").write_text("[]"), "it is not empty"),
    ],
)
def test_what_somebody_put_or_changed_in_the_folder_is_never_lost(released, tmp_path, spoil, says):
    hub = tmp_path / "hub"
    export(released, hub)
    spoil(hub)
    before = files.folder_digest(hub)

    with pytest.raises(InputError) as refused:
        export(released, hub)

    assert says in str(refused.value)
    assert files.folder_digest(hub) == before


def test_a_folder_of_something_else_and_a_file_are_refused(released, tmp_path):
    (tmp_path / "photos" / "2026").mkdir(parents=True)
    (tmp_path / "file").write_text("mine")

    for name, says in (("photos", "it is not empty (folders ...)"), ("file", "it is a file")):
        with pytest.raises(InputError, match=says.replace("(", r"\(").replace(")", r"\)")):
            export(released, tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_version_without_a_passport_is_refused_and_nothing_is_written(shop, tmp_path):
    with pytest.raises(ReleaseError, match="version 2 has no passport"):
        export(shop, tmp_path / "hub")

    assert not (tmp_path / "hub").exists()


def test_for_a_trial_a_version_without_a_passport_is_exported_and_says_so(shop, tmp_path):
    manifest = export(shop, tmp_path / "hub", unreleased=True)

    assert names(tmp_path / "hub") == sorted({*OURS, *WEIGHTS} - {"passport.json"})
    assert manifest["released"] is False
    assert "**Not released.**" in (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")


def change(shop, name, **values):
    path = shop.evidence / name
    files.write_text(path, json.dumps(json.loads(path.read_text(encoding="utf-8")) | values))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda shop: change(shop, "verdict.json", cause="all is well"), "verdict.json speaks of verdict"),
        (lambda shop: change(shop, "lineage.json", weights="0" * 64), "lineage.json speaks of weights 000000000000"),
        (lambda shop: change(shop, "lineage.json", snapshot="other"), "lineage.json speaks of snapshot other"),
        (
            lambda shop: change(shop, "evaluated-report.json", weights={"candidate": "1" * 64}),
            "evaluated-report.json speaks of weights 111111111111",
        ),
        (
            lambda shop: change(shop, "evaluated-report.json", frozen_set={"digest": "other", "rows": 1}),
            "evaluated-report.json speaks of frozen set other",
        ),
        (lambda shop: (shop.evidence / "sources.json").unlink(), "sources.json cannot be read"),
        (lambda shop: files.write_text(shop.evidence / "params.yaml", "a: [b"), "params.yaml cannot be read"),
    ],
)
def test_evidence_that_is_gone_changed_or_of_another_retrain_makes_no_card(released, tmp_path, spoil, says):
    spoil(released)

    with pytest.raises(ReleaseError) as refused:
        export(released, tmp_path / "hub")

    assert says in str(refused.value)
    assert not (tmp_path / "hub").exists()


def test_weights_that_are_not_the_registered_ones_are_refused(released, tmp_path):
    released.system.registry.contents["2"]["model.onnx"] = b"other weights"

    with pytest.raises(ReleaseError, match="version 2"):
        export(released, tmp_path / "hub")

    assert not (tmp_path / "hub").exists()


def command(shop, monkeypatch, *words):
    monkeypatch.setattr(wiring, "current", lambda: shop.system)
    return CliRunner().invoke(trust.release, ["export", *words])


def test_the_command_exports_the_champion_and_reminds_of_the_licence(released, tmp_path, monkeypatch):
    done = command(released, monkeypatch, str(tmp_path / "hub"))

    assert (done.exit_code, done.stdout) == (
        0,
        f"version 2 exported into {tmp_path}/hub: 5 files; card: {tmp_path}/hub/README.md\n",
    )
    assert done.stderr == f"no licence was chosen: read {tmp_path}/hub/LICENCE.md before you publish\n"


def test_the_command_answers_scripts_in_json(released, tmp_path, monkeypatch):
    done = command(released, monkeypatch, str(tmp_path / "hub"), "--release", "2", "--licence", "mit", "--json")

    told = json.loads(done.stdout)
    assert (told["folder"], told["version"], told["released"]) == (str(tmp_path / "hub"), "2", True)
    assert sorted(told["files"]) == sorted({*OURS, *WEIGHTS} - {"export.json"})


def test_a_word_that_is_no_licence_identifier_is_refused(released, tmp_path, monkeypatch):
    done = command(released, monkeypatch, str(tmp_path / "hub"), "--licence", "my licence")

    assert str(done.exception) == "--licence: 'my licence' is no licence identifier; write it as apache-2.0"
