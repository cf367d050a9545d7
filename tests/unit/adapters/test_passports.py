"""Passports are issued once, required before use, and show every later change to what they speak of.

Over 250 lines: every part of a passport is tampered with in one released shop.
"""

import json
from dataclasses import asdict, replace

import pytest

from ecomintent import files, taxonomy
from ecomintent.adapters import passports
from ecomintent.adapters.examination import examine
from ecomintent.data.frozen_reading import write_frozen
from ecomintent.errors import ReleaseError
from ecomintent.release import chain
from ecomintent.release.passport import Passport, seal
from ecomintent.release.record import verdict_digest
from ecomintent.release.signing import PrivateKey
from tests.unit.adapters.trust_shop import PARTS, PROBES, TICKETS, Shop
from tests.unit.release.release_world import PROMOTE


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.fixture
def released(shop):
    shop.promote()
    return shop


def flip(path, old, new):
    content = path.read_bytes()
    assert content.count(old) >= 1
    path.write_bytes(content.replace(old, new, 1))


def test_the_passport_says_what_the_release_is_and_who_agreed(shop):
    head = shop.system.history.head()

    shop.issue()

    assert passports.require(shop.system, "1") == Passport(
        version="1",
        weights=shop.lineage.weights,
        encoder="encoder-1",
        encoder_digest=getattr(shop.lineage, "encoder_digest", ""),
        code_commit="git_commit-1",
        lock="lock-1",
        params="params-1",
        snapshot="snapshot-1",
        corpus="corpus-1",
        frozen_set=shop.frozen,
        verdict="PROMOTE",
        verdict_cause="nothing lost",
        verdict_digest=verdict_digest(PROMOTE.to_json()),
        approved_by="Zoë Ortiz",
        approved_second="",
        approval_reason="read by hand",
        approval_waivers={},
        approved_at=shop.approval.at,
        approval_digest=chain.event_digest(shop.approval),
        champion_before="",
        history_head=head,
        issued_at="2026-05-04T00:00:02+00:00",
        taxonomy_version=taxonomy.version(),
        probes=PROBES,
    )


def test_reasons_for_undecided_intents_and_the_second_person_are_in_the_passport(shop):
    details = {**shop.approval.details, "waivers": '{"OTHER": "12 tickets"}', "override_by": "Dana"}

    shop.issue(approval=replace(shop.approval, details=details))

    passport = passports.require(shop.system, "1")
    assert (passport.approval_waivers, passport.approved_second) == ({"OTHER": "12 tickets"}, "Dana")


def test_registry_and_home_hold_the_same_text(shop):
    text = shop.issue()

    kept = (shop.home / "passports" / "1.json").read_text(encoding="utf-8")
    assert (shop.system.registry.version("1").tags["passport"], kept) == (text, text)


def test_issuing_again_for_the_same_approval_keeps_the_passport_and_mends_the_copy_in_the_home(shop):
    text = shop.issue()
    (shop.home / "passports" / "1.json").write_text("torn")

    again = shop.issue()

    assert (again, (shop.home / "passports" / "1.json").read_text(encoding="utf-8")) == (text, text)


def test_another_approval_or_another_champion_before_gets_a_passport_of_its_own(shop):
    text = shop.issue()

    texts = {text, shop.issue(champion_before="7"), shop.issue(approval=replace(shop.approval, by="Eoin"))}

    assert len(texts) == 3


def test_a_passport_that_cannot_be_trusted_is_replaced(shop):
    text = shop.issue()
    shop.system.registry.tag("1", {"passport": text.replace("Ortiz", "Smith", 1)})

    shop.issue()

    assert passports.require(shop.system, "1").approved_by == "Zoë Ortiz"


def test_evidence_of_another_retrain_gets_no_passport(shop):
    lineage = asdict(replace(shop.lineage, snapshot="another"))
    files.write_text(shop.evidence / "lineage.json", json.dumps(lineage))

    with pytest.raises(ReleaseError, match="differ in snapshot"):
        shop.issue()


@pytest.mark.parametrize("content", ["torn", "[]", "{}"])
def test_evidence_that_cannot_be_read_gets_no_passport(shop, content):
    files.write_text(shop.evidence / "lineage.json", content)

    with pytest.raises(ReleaseError, match=r"lineage.json cannot be read"):
        shop.issue()


@pytest.mark.parametrize(("old", "new"), [(b"0.02", b"0.01"), (b"{", b"\xff")])
def test_a_verdict_changed_after_the_approval_gets_no_passport(shop, old, new):
    flip(shop.evidence / "verdict.json", old, new)

    with pytest.raises(ReleaseError, match="is not the one that was approved"):
        shop.issue()


def test_a_passport_too_long_for_the_registry_is_refused(shop):
    with pytest.raises(ReleaseError, match="the registry takes 100000"):
        shop.issue(approval=replace(shop.approval, reason="x" * 100_000))


def test_a_version_without_passport_or_unknown_is_refused(shop):
    with pytest.raises(ReleaseError, match="version 1 has no passport: it was not released through the gate"):
        passports.require(shop.system, "1")
    with pytest.raises(ReleaseError, match="version 9 is not in the registry"):
        passports.require(shop.system, "9")


def test_the_passport_of_another_version_is_refused(shop):
    text = shop.issue()
    shop.add_version("2")
    shop.system.registry.tag("2", {"passport": text})

    with pytest.raises(ReleaseError, match="its passport is for version 1, the registry has 2"):
        passports.require(shop.system, "2")


def test_a_passport_for_other_weights_is_refused(shop):
    shop.issue()
    forged = seal(replace(passports.require(shop.system, "1"), weights="f" * 64), shop.system.keys.private())
    shop.system.registry.tag("1", {"passport": forged})

    with pytest.raises(ReleaseError, match="its passport is for weights ffffffffffff"):
        passports.require(shop.system, "1")


def test_a_release_as_it_was_promoted_has_no_fault_in_any_part(released):
    found = examine(released.system, "1")

    assert [(finding.part, finding.ok) for finding in found] == [(part, True) for part in PARTS]


def test_a_changed_byte_of_the_registered_weights_is_found(released):
    released.system.registry.contents["1"]["model.bin"] = b"weights l"

    assert list(released.faults()) == ["weights"]


def test_a_changed_byte_of_the_local_copy_of_the_weights_is_found(released):
    local = released.system.registry.fetch("1", released.system.settings.releases)
    flip(local / "model.bin", b"1", b"l")

    assert list(released.faults()) == ["weights"]
    assert f"the local copy {local} has digest" in released.faults()["weights"]


def test_a_changed_ticket_of_the_frozen_set_is_found(released):
    path = released.home / "frozen" / f"{released.frozen}.parquet"
    write_frozen([replace(TICKETS[0], label="OTHER"), *TICKETS[1:]], path)

    assert list(released.faults()) == ["frozen set"]


def test_any_changed_byte_of_the_frozen_table_is_found_or_changes_no_ticket(released):
    path = released.home / "frozen" / f"{released.frozen}.parquet"
    whole = path.read_bytes()
    found = 0
    for place in range(0, len(whole), 17):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        faults = {f.part for f in examine(released.system, "1") if not f.ok}
        assert faults <= {"frozen set"}
        found += bool(faults)

    assert found > 0


def test_a_changed_byte_of_the_verdict_is_found(released):
    flip(released.evidence / "verdict.json", b"0.02", b"0.01")

    assert list(released.faults()) == ["verdict"]


def test_a_verdict_that_is_no_json_any_more_is_found(released):
    flip(released.evidence / "verdict.json", b"{", b"\xff")

    assert list(released.faults()) == ["verdict"]


def test_a_changed_approval_is_found_in_the_approval_and_the_history(released):
    released.sql("UPDATE release_events SET by = 'Mallory' WHERE event = 'approved'")

    faults = released.faults()

    assert list(faults) == ["approval", "history"]
    assert "position 1 (approved, version 1" in faults["history"]


def test_any_other_changed_row_is_found_in_the_history(released):
    released.sql("UPDATE release_events SET reason = 'off' WHERE event = 'promoted'")

    assert list(released.faults()) == ["history"]


def test_a_removed_row_is_found_in_the_history(released):
    released.say("requested", "2")
    released.sql("DELETE FROM release_events WHERE event = 'promoted'")

    assert list(released.faults()) == ["history"]


def test_a_row_that_cannot_be_read_any_more_is_found(released):
    released.sql("UPDATE release_events SET details = 'torn' WHERE event = 'promoted'")

    assert list(released.faults()) == ["approval", "history"]


def test_rows_cut_off_at_the_end_are_found_by_the_passports_signed_after_them(released):
    released.add_version("2")
    released.promote("2")
    released.sql("DELETE FROM release_events WHERE version = '2'")

    assert list(released.faults("2")) == ["approval", "history"]
    assert "the passport of version 2 was signed after an event" in released.faults("1")["history"]


def test_the_promotion_itself_cut_off_at_the_end_is_found_while_the_release_serves(released):
    released.sql("DELETE FROM release_events WHERE event = 'promoted'")

    assert list(released.faults()) == ["history"]
    assert "it names no version as the champion, the registry version 1" in released.faults()["history"]


def test_a_changed_passport_is_found(released):
    text = released.system.registry.version("1").tags["passport"]
    released.system.registry.tag("1", {"passport": text.replace("nothing lost", "nothing lust")})

    assert list(released.faults()) == ["passport"]
    assert "somebody changed it after it was signed" in released.faults()["passport"]


def test_a_passport_signed_by_a_stranger_is_found(released):
    forged = seal(passports.require(released.system, "1"), PrivateKey.generate())
    released.system.registry.tag("1", {"passport": forged})

    assert "which is not trusted" in released.faults()["passport"]


def test_everything_gone_is_all_findings_and_no_traceback(released):
    released.system.registry.contents["1"] = {}
    for path in (released.evidence, released.home / "frozen"):
        for file in path.iterdir():
            file.unlink()
    released.sql("DROP TABLE release_events")

    assert list(released.faults()) == ["weights", "verdict", "review page", "frozen set", "approval", "history"]
