"""`ecomintent backup` and `restore`: a whole home into one file, and back, here or on another machine."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ecomintent.cli.output import as_json, print_json, warn
from ecomintent.errors import ReleaseError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def backup(file: Path, as_json: bool) -> None:
    """Write this home to FILE, a new tar file, while its server goes on serving.

    Labels (also those in PostgreSQL), registry with artefacts, DVC's cache, frozen set, keys, evidence, passports and
    the server's databases, each file with its SHA-256. FILE holds keys: it is made readable for its owner alone. What
    lies on other servers is named and not in it.

    \b
    Example:
      ecomintent backup /backups/shop-a-2026-11-22.tar
    """
    from ecomintent.adapters import backup as backups
    from ecomintent.adapters import system

    made = backups.backup(system.current(), file)
    for each in made.outside:
        warn(f"not in the backup: {each}")
    if as_json:
        print_json(_told(asdict(made)))
        return
    click.echo(f"{file}: {len(made.files)} files, champion {made.champion or 'none'}, rows {sum(made.rows.values())}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
def restore(file: Path, as_json: bool) -> None:
    """Make this home, which must be empty or absent, what it was when FILE was written; then look at its champion.

    Every file is held to its SHA-256 before the home appears. Labels go into the database that the settings name,
    which must hold none. Moving to another machine is a backup there and this here.

    \b
    Example:
      ECOMINTENT_HOME=/var/lib/ecomintent/shop-a ecomintent restore /backups/shop-a-2026-11-22.tar
    """
    from ecomintent.adapters import restoring, settings, system
    from ecomintent.adapters.examination import examine

    found = restoring.restore(settings.current(), file)
    running = system.current()
    champion = running.registry.aliases().get("champion", "")
    findings = examine(running, champion) if champion else []
    faulty = [f"{each.part}: {each.says}" for each in findings if not each.ok]
    if as_json:
        print_json({**_told(asdict(found)), "home": str(running.settings.home), "champion": champion, "faults": faulty})
    else:
        said = f"champion {champion}, {len(findings)} parts verified" if champion else "no champion"
        click.echo(f"{running.settings.home}: {len(found.files)} files of {found.made_at}; {said}")
    if faulty or champion != found.champion:
        raise ReleaseError(f"champion {champion or 'none'} is not what was backed up: {'; '.join(faulty)}")


def _told(manifest: dict[str, Any]) -> dict[str, Any]:
    return {**manifest, "files": len(manifest["files"]), "links": len(manifest["links"])}


COMMANDS = (backup, restore)
