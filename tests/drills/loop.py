"""Drills on the prepared home: kill -9 at the stages and writes of a retrain and a promotion, and what follows."""

import json
import shutil
import tempfile
from pathlib import Path

from tests.drills.drill import Seen, add, drill
from tests.drills.world import World

KILLED = -9
STAGES = ("validate", "prepare", "train", "export", "evaluate", "gate")


def _retrain_killed(name: str, group: str, does: str, point: dict[str, str], *, everyday: bool = False) -> None:
    def run(world: World) -> Seen:
        versions = [found.version for found in world.system().registry.versions()]
        code = world.doomed(point, "retrain")
        after = [found.version for found in world.system().registry.versions()]
        champion = world.aliases()["champion"]
        ok = code == KILLED and champion == "1" and len(after) <= len(versions) + 1 <= 2 + len(versions)
        return Seen(ok=ok, says=f"exit {code}; champion {champion}; versions {', '.join(sorted(after))}")

    add(group, name, does, "it dies there; champion 1 serves throughout", run, home=True, everyday=everyday)


REPRODUCE = "ecomintent.adapters.dvc_pipeline:DvcPipeline.reproduce"
for _stage in STAGES:
    for _when in ("before", "after"):
        _retrain_killed(
            f"kill_{_when}_{_stage}",
            "kill -9, stages",
            f"kills a retrain {_when} the stage {_stage}",
            {"call": REPRODUCE, "when": _when, "with": _stage},
        )

WRITES = {
    "kill_before_the_snapshot": ("before the snapshot is in its place", {"rename": "snapshot.parquet"}),
    "kill_before_dvc_add": (
        "before `dvc add`",
        {"call": "ecomintent.adapters.dvc_pipeline:DvcPipeline.add", "when": "before"},
    ),
    "kill_after_dvc_add": (
        "after `dvc add`",
        {"call": "ecomintent.adapters.dvc_pipeline:DvcPipeline.add", "when": "after"},
    ),
    "kill_at_the_judged_event": ("inside the append of its judgement", {"sql": "INSERT INTO release_events"}),
    "kill_in_publish": (
        "before MLflow's run is ended",
        {"call": "mlflow:MlflowClient.set_terminated", "when": "before"},
    ),
    "kill_before_the_version": (
        "before MLflow makes the version",
        {"call": "mlflow:MlflowClient.create_model_version", "when": "before"},
    ),
    "kill_before_the_candidate_alias": (
        "before the alias `candidate` moves",
        {"call": "ecomintent.adapters.mlflow_registry:MlflowRegistry.point", "when": "before", "with": "candidate"},
    ),
    "kill_before_the_candidate_is_handed_over": ("before champion.json is renamed", {"rename": "champion.json"}),
}
for _name, (_does, _point) in WRITES.items():
    _retrain_killed(_name, "kill -9, writes", f"kills a retrain {_does}", _point)


@drill(
    "kill -9, writes",
    "starts two retrains of one home at once, after all the kills",
    "one ends with one new version, the other is refused in one line",
    home=True,
    everyday=False,
)
def two_retrains_at_once(world: World) -> Seen:
    started = [world.start("retrain") for _ in range(2)]
    told = [json.loads(each.communicate()[0].strip().splitlines()[-1]) for each in started]
    refusals = [one["error"] for one in told if "error" in one]
    versions = sorted(found.version for found in world.system().registry.versions())
    ok = len(refusals) == 1 and "another retrain is running" in refusals[0] and versions == ["1", "2"]
    return Seen(
        ok=ok,
        says=f"versions {', '.join(versions)}; refused: {len(refusals)}; candidate {world.aliases().get('candidate')}",
    )


PROMOTES = {
    "kill_before_the_passport": ("before the passport is in the home", {"rename": "2.json"}, "1"),
    "kill_before_previous_moves": (
        "before the alias `previous` moves",
        {"call": "ecomintent.adapters.mlflow_registry:MlflowRegistry.point", "when": "before", "with": "previous"},
        "1",
    ),
    "kill_between_the_aliases": (
        "between the two alias moves",
        {"call": "ecomintent.adapters.mlflow_registry:MlflowRegistry.point", "when": "after", "with": "previous"},
        "1",
    ),
    "kill_after_champion_moves": (
        "after the alias `champion` moved",
        {"call": "ecomintent.adapters.mlflow_registry:MlflowRegistry.point", "when": "after", "with": "champion"},
        "2",
    ),
    "kill_at_the_promoted_event": ("inside the append of `promoted`", {"sql": "INSERT INTO release_events"}, "2"),
    "kill_before_the_hand_over": ("before champion.json is renamed", {"rename": "champion.json"}, "2"),
}


def _promotion_killed(name: str, does: str, point: dict[str, str], champion: str) -> None:
    def run(world: World) -> Seen:
        if world.aliases().get("candidate") is None and world.aliases().get("champion") == "1":
            world.doomed({}, "retrain")
        world.approve("2") if world.aliases().get("champion") == "1" else None
        code = world.doomed(point, "promote")
        now = world.aliases()["champion"]
        return Seen(ok=code == KILLED and now == champion, says=f"exit {code}; champion {now}")

    expects = f"it dies there; version {champion} is champion, tickets are answered"
    add("kill -9, promotion", name, f"kills a promotion {does}", expects, run, home=True, everyday=False)


for _name, (_does, _point, _champion) in PROMOTES.items():
    _promotion_killed(_name, _does, _point, _champion)


@drill(
    "kill -9, promotion",
    "promotes again after all the kills",
    "one promotion in the history, 1 is previous, all verifies",
    home=True,
    everyday=False,
)
def promotion_after_the_kills(world: World) -> Seen:
    code = world.doomed({}, "promote")
    told = world.system().history
    promoted = [event.version for event in told.events() if event.event == "promoted"]
    aliases = world.aliases()
    ok = code == 0 and promoted.count("2") == 1 and not told.breaks()
    ok = ok and (aliases["champion"], aliases["previous"]) == ("2", "1")
    return Seen(
        ok=ok, says=f"promoted: {', '.join(promoted)}; champion {aliases['champion']}, previous {aliases['previous']}"
    )


@drill(
    "backup",
    "backs the home up beside its server, restores it elsewhere, retrains there",
    "same champion, all parts verify, nothing new to train",
    home=True,
    everyday=False,
)
def backup_restored_elsewhere(world: World) -> Seen:
    with tempfile.TemporaryDirectory(dir=world.folder) as spare:
        file = Path(spare) / "shop.tar"
        made = world.shop.json("backup", str(file))
        world.shop.environment["ECOMINTENT_HOME"] = str(Path(spare) / "moved")
        try:
            back = world.shop.json("restore", str(file))
            verdict = world.shop.json("retrain")["verdict"]
        finally:
            world.shop.environment["ECOMINTENT_HOME"] = str(world.home)
    ok = back["champion"] == made["champion"] and back["faults"] == [] and verdict == "NOTHING_NEW"
    return Seen(ok=ok, says=f"champion {back['champion']}, faults {back['faults']}, retrain: {verdict}")


@drill(
    "DVC",
    "flips a byte in a cached file, then promotes or retrains what needs it",
    "never a wrong release: a rebuild, or one line",
    home=True,
    everyday=False,
)
def dvc_cache_corrupt(world: World) -> Seen:
    cached = max((p for p in (world.home / "dvc" / "cache").rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    cached.chmod(0o644)
    content = bytearray(cached.read_bytes())
    content[len(content) // 2] ^= 1
    cached.write_bytes(bytes(content))
    world.doomed({}, "retrain")
    registry = world.system().registry
    spare = Path(tempfile.mkdtemp(dir=world.folder))
    whole = [found.version for found in registry.versions() if registry.fetch(found.version, spare).is_dir()]
    shutil.rmtree(spare)
    champion = world.aliases()["champion"]
    return Seen(
        ok=champion == "1", says=f"champion {champion}; versions whose bytes verify: {', '.join(sorted(whole))}"
    )


@drill(
    "Prefect",
    "starts a retrain while the Prefect server that the settings name is away",
    "it exits 1 with one line that names Prefect; champion 1 serves",
    home=True,
    everyday=False,
)
def prefect_away(world: World) -> Seen:
    world.shop.environment["ECOMINTENT_PREFECT_URL"] = "http://127.0.0.1:9/api"
    try:
        done = world.shop.run("retrain", code=None)
    finally:
        del world.shop.environment["ECOMINTENT_PREFECT_URL"]
    said = done.stderr.strip().splitlines()[-1:]
    champion = world.aliases()["champion"]
    return Seen(
        ok=done.returncode == 1 and champion == "1" and "Prefect" in "".join(said),
        says=f"exit {done.returncode}: {''.join(said)[:110]}",
    )
