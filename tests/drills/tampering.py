"""Drills that change what was released, on real adapters but for MLflow. Seconds each, no training."""

import json
from pathlib import Path

from ecomintent.adapters import handing_over, passports, promoting
from ecomintent.adapters.served_releases import ServedReleases
from ecomintent.errors import EcomIntentError, PromotionRefused, ReleaseError
from ecomintent.release import promotion
from tests.drills.drill import Seen, add, drill, refused
from tests.unit.adapters.trust_shop import Shop


def _champion(folder: Path) -> Shop:
    shop = Shop(folder / "home")
    shop.promote()
    return shop


def _weights_in_home(shop: Shop) -> None:
    shop.system.registry.fetch("1", shop.system.settings.releases)
    (shop.system.settings.releases / "1" / "model.bin").write_text("other weights")


def _verdict(shop: Shop) -> None:
    path = shop.evidence / "verdict.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "cause": "all is well"}))


def _passport(shop: Shop) -> None:
    sealed = json.loads(shop.system.registry.version("1").tags["passport"])
    sealed["passport"]["approved_by"] = "Mallory"
    shop.system.registry.tag("1", {"passport": json.dumps(sealed)})


def _passport_of_a_stranger(shop: Shop) -> None:
    stranger = Shop(shop.home.parent / "stranger")
    stranger.issue()
    shop.system.registry.tag("1", {"passport": stranger.system.registry.version("1").tags["passport"]})


def _frozen(shop: Shop) -> None:
    path = shop.home / "frozen" / f"{shop.frozen}.parquet"
    path.write_bytes(path.read_bytes()[:-20])


def _page(shop: Shop) -> None:
    (shop.evidence / "review.html").unlink()


def _event(shop: Shop) -> None:
    shop.sql("UPDATE release_events SET reason = 'was always so' WHERE event = 'approved'")


def _cut_off(shop: Shop) -> None:
    shop.sql("DELETE FROM release_events")


TAMPERED = {
    "model_bytes_in_the_home": (_weights_in_home, "a byte of the model in the home", {"weights"}),
    "verdict": (_verdict, "the cause in verdict.json, after the release", {"verdict"}),
    "passport": (_passport, "who approved, in the passport", {"passport"}),
    "passport_of_another_key": (
        _passport_of_a_stranger,
        "the passport: one that a stranger's key signed",
        {"passport"},
    ),
    "frozen_set": (_frozen, "the frozen set: cut off", {"frozen set"}),
    "review_page": (_page, "the review page: removed", {"review page"}),
    "release_history": (_event, "a reason in the release history", {"approval", "history"}),
    "release_history_removed": (_cut_off, "the whole release history: removed", {"approval", "history"}),
}


def _tampering(name: str) -> None:
    change, what, parts = TAMPERED[name]

    def run(folder: Path) -> Seen:
        shop = _champion(folder)
        before = shop.faults()
        change(shop)
        named = set(shop.faults())
        return Seen(ok=not before and named == parts, says=f"named: {', '.join(sorted(named)) or 'nothing'}")

    expects = f"`release verify` names {' and '.join(sorted(parts))}, and nothing else"
    add("tampered", f"tampered_{name}", f"changes {what}", expects, run)


for _name in TAMPERED:
    _tampering(_name)


@drill("tampered", "makes champion.json name another version with the champion's weights", "the server refuses it")
def tampered_champion_json(folder: Path) -> Seen:
    shop = _champion(folder)
    handing_over.hand_over(shop.system)
    path = shop.home / "serving" / "champion.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "champion": {**told["champion"], "weights": "0" * 64}}))
    releases = ServedReleases(shop.home)
    said = refused(lambda: releases.passport(releases.lineup().champion), ReleaseError)
    return Seen(ok="its passport is for weights" in said, says=said[:110])


@drill("tampered", "puts half a champion.json in the place of the whole one", "one line that says how to write it anew")
def torn_champion_json(folder: Path) -> Seen:
    shop = _champion(folder)
    handing_over.hand_over(shop.system)
    path = shop.home / "serving" / "champion.json"
    path.write_bytes(path.read_bytes()[:40])
    said = refused(ServedReleases(shop.home).lineup, ReleaseError)
    again = handing_over.hand_over(shop.system)["champion"]["version"]
    return Seen(ok="hand-over writes it anew" in said and again == "1", says=f"refused, written anew: champion {again}")


@drill(
    "tampered", "changes a reason in the release history, then promotes an approved version", "the promotion is refused"
)
def promotion_on_a_changed_history(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    shop.sql("UPDATE release_events SET reason = 'x'")
    said = refused(lambda: promoting.promote(shop.system, "1"), PromotionRefused)
    return Seen(ok="the release history was changed" in said and not shop.system.registry.aliases(), says=said[:110])


@drill("tampered", "changes the verdict between approval and promotion", "no passport is signed")
def verdict_changed_after_the_approval(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    _verdict(shop)
    said = refused(shop.issue, ReleaseError)
    return Seen(ok="is not the one that was approved" in said, says=said[-110:])


@drill("tampered", "changes the params digest of an approved version in the registry", "no passport is signed")
def params_changed_after_the_approval(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    shop.system.registry.tag("1", {"params_digest": "others"})
    said = refused(shop.issue, ReleaseError)
    return Seen(ok="differ in params" in said, says=said[-110:])


@drill("tampered", "changes the snapshot digest of an approved version in the registry", "the approval is void")
def snapshot_changed_after_the_approval(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    shop.system.registry.tag("1", {"snapshot": "others"})
    ports = {"registry": shop.system.registry, "history": shop.system.history}
    said = refused(lambda: promotion.require_approval("1", **ports), PromotionRefused)
    return Seen(ok=bool(said) and "snapshot" in said, says=said[:110])


@drill("tampered", "makes a trusted key unreadable", "one line that names the file; nothing is verified without it")
def tampered_trusted_key(folder: Path) -> Seen:
    shop = _champion(folder)
    path = next((shop.home / "keys" / "trusted").glob("*.pem"))
    path.write_text("no key")
    said = refused(lambda: passports.require(shop.system, "1"), EcomIntentError)
    return Seen(ok=path.name in said and "not an Ed25519 public key" in said, says=said[-90:])
