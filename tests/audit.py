"""Known vulnerabilities of the packages in requirements.lock: `python -m tests.audit`, part of `make check`.

Exit 0: none that is not accepted, or no advisory service answers here (said in one line). Exit 1: findings, or a fault.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements.lock"
ACCEPTED: Final = ROOT / "infra" / "audit-accepted.toml"
SERVICES: Final = ("osv", "pypi")
CANARY: Final = "jinja2==2.4.1"
"""Has had advisories for a decade; where a service knows none of them, its "none found" is worth nothing."""
SECONDS: Final = 300
UNREACHED: Final = ("requests.exceptions.", "pip_audit._service.", "network may be blocking this service")
"""In the last line of pip-audit where its service is not there; it has no exit code for that."""

Report = Mapping[str, Any]
Ask = Callable[[str, str], Report | None]
"""Service and requirements -> what pip-audit says as JSON; None: the service is not reached."""


class AuditError(Exception):
    """The audit itself is at fault, or what it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An advisory that is let pass."""

    package: str
    advisory: str
    reason: str
    until: date
    """The last day on which it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is told, and whether it fails the check."""

    lines: Sequence[str]
    failed: bool


def accepted_in(text: str) -> list[Accepted]:
    """The entries of the file.

    Raises:
        AuditError: it is no TOML, or an entry lacks something or has too much.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AuditError(f"{ACCEPTED.name}: {error}") from error
    if set(told) - {"accepted"}:
        raise AuditError(f"{ACCEPTED.name}: only [[accepted]] is known, found {sorted(told)}")
    return [_entry(number, one) for number, one in enumerate(told.get("accepted", []), 1)]


def _entry(number: int, one: Mapping[str, Any]) -> Accepted:
    words = {name: str(one.get(name, "")).strip() for name in ("package", "advisory", "reason")}
    until = one.get("until")
    if set(one) != {*words, "until"} or not all(words.values()) or type(until) is not date:
        raise AuditError(
            f"{ACCEPTED.name}: entry {number} needs package, advisory, reason and until (a date), and nothing else"
        )
    return Accepted(**words, until=until)


def judge(report: Report, accepted: Sequence[Accepted], today: date) -> Outcome:
    """What one report of pip-audit comes to."""
    lines, failed, used, unknown = [], False, set(), 0
    for package in report["dependencies"]:
        unknown += "skip_reason" in package
        for found in package.get("vulns", []):
            names = {found["id"], *found.get("aliases", [])}
            pass_ = next((one for one in accepted if one.package == package["name"] and one.advisory in names), None)
            used.add(pass_)
            told = f"{package['name']} {package['version']}: {found['id']}"
            if pass_ and today <= pass_.until:
                lines.append(f"{told}, accepted until {pass_.until}: {pass_.reason}")
                continue
            failed = True
            fixed = ", ".join(found.get("fix_versions", [])) or "no version yet"
            lines.append(f"{told}, fixed in {fixed}" + (f"; it was accepted until {pass_.until}" if pass_ else ""))
    lines += [
        f"{one.package}: {one.advisory} is accepted and not found any more; remove it from {ACCEPTED.name}"
        for one in accepted
        if one not in used
    ]
    known = len(report["dependencies"]) - unknown
    said = "vulnerabilities that are not accepted" if failed else "no vulnerability that is not accepted"
    lines.append(f"{known} packages audited, {unknown} unknown to the service: {said}")
    return Outcome(lines=lines, failed=failed)


def audit(lock: str, accepted: Sequence[Accepted], today: date, ask: Ask) -> Outcome:
    """By the first service that knows what it should."""
    for service in SERVICES:
        canary = ask(service, CANARY)
        if canary is None or not any(one.get("vulns") for one in canary["dependencies"]):
            continue
        report = ask(service, lock)
        if report is not None:
            return judge(report, accepted, today)
    return Outcome(lines=["no advisory service answers from here: requirements.lock was NOT audited"], failed=False)


def pip_audit(service: str, requirements: str) -> Report | None:
    """Run it.

    Raises:
        AuditError: it failed for another reason than a service that is away.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder, "requirements.txt")
        asked.write_text(requirements, encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(asked), "--no-deps", "--disable-pip"]
        options = ["--vulnerability-service", service, "--format", "json", "--desc", "off", "--progress-spinner", "off"]
        try:
            done = subprocess.run(
                [*command, *options], capture_output=True, text=True, check=False, timeout=SECONDS, cwd=folder
            )
        except subprocess.TimeoutExpired:
            return None
    return read(done.returncode, done.stdout, done.stderr)


def read(code: int, stdout: str, stderr: str) -> Report | None:
    """What pip-audit ended with.

    Raises:
        AuditError: see `pip_audit`.
    """
    try:
        report: Report = json.loads(stdout)
    except json.JSONDecodeError as error:
        last = (stderr.strip().splitlines() or ["nothing"])[-1]
        if any(name in last for name in UNREACHED):
            return None
        raise AuditError(f"pip-audit ended with {code} and said: {last[:300]}") from error
    return report


def main() -> int:
    """The audit of this checkout."""
    try:
        accepted = accepted_in(ACCEPTED.read_text(encoding="utf-8"))
        today = datetime.now(UTC).date()
        outcome = audit(LOCK.read_text(encoding="utf-8"), accepted, today, pip_audit)
    except AuditError as error:
        click.echo(f"audit: {error}", err=True)
        return 1
    for line in outcome.lines:
        click.echo(f"audit: {line}")
    return int(outcome.failed)


if __name__ == "__main__":
    sys.exit(main())
