"""What the audit of the lock file says of what pip-audit found; no service is asked."""

import json
from datetime import date

import pytest

from tests.audit import ACCEPTED, CANARY, LOCK, Accepted, AuditError, accepted_in, audit, judge, read

TODAY = date(2026, 11, 21)
AWAY = (
    "Traceback\nrequests.exceptions.ConnectionError: HTTPSConnectionPool: Max retries exceeded",
    "Traceback\npip_audit._service.interface.ServiceError",
    "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service with `-s SERVICE`",
)


def found(name, *vulns, version="1.0"):
    return {"name": name, "version": version, "vulns": list(vulns)}


def advisory(name, *aliases, fixed=("1.1",)):
    return {"id": name, "aliases": list(aliases), "fix_versions": list(fixed)}


def report(*packages):
    return {"dependencies": list(packages), "fixes": []}


def passed(until=date(2027, 1, 31), **more):
    told = {"package": "flask", "advisory": "CVE-2026-1", "reason": "no page of ours calls it"}
    return Accepted(**{**told, **more}, until=until)


KNOWS = report(found("jinja2", advisory("PYSEC-2014-8")))
KNOWS_NOTHING = report({"name": "jinja2", "skip_reason": "not found"})


def services(**told):
    """osv and pypi: (what it says of the canary, what of the lock); None where it is not reached."""
    asked = []

    def ask(service, requirements):
        asked.append((service, "canary" if requirements == CANARY else "lock"))
        return told[service][requirements != CANARY]

    ask.asked = asked
    return ask


def test_nothing_found_passes_and_says_how_many_were_asked_about():
    outcome = judge(report(found("flask"), found("click"), {"name": "own", "skip_reason": "not found"}), [], TODAY)

    assert outcome.lines == ["2 packages audited, 1 unknown to the service: no vulnerability that is not accepted"]
    assert not outcome.failed


def test_a_finding_fails_and_says_which_version_ends_it():
    outcome = judge(report(found("flask", advisory("PYSEC-2026-7", "CVE-2026-1"))), [], TODAY)

    assert outcome.failed
    assert outcome.lines[0] == "flask 1.0: PYSEC-2026-7, fixed in 1.1"


def test_a_finding_without_a_fix_fails_too():
    outcome = judge(report(found("flask", advisory("PYSEC-2026-7", fixed=()))), [], TODAY)

    assert (outcome.failed, outcome.lines[0]) == (True, "flask 1.0: PYSEC-2026-7, fixed in no version yet")


@pytest.mark.parametrize("name", ["PYSEC-2026-7", "CVE-2026-1"])
def test_an_accepted_advisory_passes_by_any_of_its_names_and_is_told_with_its_reason(name):
    outcome = judge(report(found("flask", advisory("PYSEC-2026-7", "CVE-2026-1"))), [passed(advisory=name)], TODAY)

    assert not outcome.failed
    assert outcome.lines[0] == "flask 1.0: PYSEC-2026-7, accepted until 2027-01-31: no page of ours calls it"


def test_it_passes_on_its_last_day_and_not_on_the_next():
    vulnerable = report(found("flask", advisory("CVE-2026-1")))

    assert not judge(vulnerable, [passed(until=TODAY)], TODAY).failed
    late = judge(vulnerable, [passed(until=date(2026, 11, 20))], TODAY)
    assert (late.failed, late.lines[0]) == (
        True,
        "flask 1.0: CVE-2026-1, fixed in 1.1; it was accepted until 2026-11-20",
    )


def test_what_was_accepted_for_one_package_does_not_pass_for_another():
    assert judge(report(found("click", advisory("CVE-2026-1"))), [passed()], TODAY).failed


def test_an_accepted_advisory_beside_another_one_does_not_hide_it():
    vulnerable = report(found("flask", advisory("CVE-2026-1"), advisory("CVE-2026-2")))

    assert judge(vulnerable, [passed()], TODAY).failed


def test_an_entry_that_nothing_needs_any_more_is_told_and_fails_nothing():
    outcome = judge(report(found("flask")), [passed()], TODAY)

    assert (outcome.failed, "not found any more" in outcome.lines[0]) == (False, True)


def test_the_first_service_that_knows_an_old_advisory_is_asked_about_the_lock():
    ask = services(osv=(KNOWS, report(found("flask", advisory("CVE-2026-1")))), pypi=(KNOWS, report()))

    assert audit("flask==1.0", [], TODAY, ask).failed
    assert ask.asked == [("osv", "canary"), ("osv", "lock")]


@pytest.mark.parametrize("osv", [(None, None), (KNOWS_NOTHING, report()), (KNOWS, None)])
def test_a_service_that_is_away_or_knows_nothing_is_passed_over(osv):
    ask = services(osv=osv, pypi=(KNOWS, report(found("flask"))))

    assert audit("flask==1.0", [], TODAY, ask).lines[0].startswith("1 packages audited")


@pytest.mark.parametrize("pypi", [(None, None), (KNOWS_NOTHING, report())])
def test_where_no_service_answers_one_line_says_so_and_nothing_fails(pypi):
    outcome = audit("flask==1.0", [passed()], TODAY, services(osv=(None, None), pypi=pypi))

    assert outcome.lines == ["no advisory service answers from here: requirements.lock was NOT audited"]
    assert not outcome.failed


def test_a_service_that_cannot_be_reached_is_no_fault_and_anything_else_is():
    assert [read(1, "", said) for said in AWAY] == [None, None, None]
    assert read(1, json.dumps(KNOWS), "Found 1 known vulnerability") == KNOWS
    with pytest.raises(AuditError, match="ended with 1 and said: ERROR: requirement 7 is not pinned"):
        read(1, "", "ERROR: requirement 7 is not pinned")


@pytest.mark.parametrize(
    "text",
    [
        '[[accepted]]\npackage = "a"\nadvisory = "b"\nuntil = 2027-01-31',
        '[[accepted]]\npackage = "a"\nadvisory = "b"\nreason = " "\nuntil = 2027-01-31',
        '[[accepted]]\npackage = "a"\nadvisory = "b"\nreason = "c"\nuntil = "2027-01-31"',
        '[[accepted]]\npackage = "a"\nadvisory = "b"\nreason = "c"\nuntil = 2027-01-31\nx = 1',
        "[other]",
        "[[",
    ],
)
def test_an_entry_without_reason_or_date_is_refused(text):
    with pytest.raises(AuditError, match=r"audit-accepted\.toml: "):
        accepted_in(text)


def test_the_accepted_ones_of_this_checkout_can_be_read_and_name_packages_of_the_lock():
    accepted = accepted_in(ACCEPTED.read_text(encoding="utf-8"))
    names = {line.partition("==")[0] for line in LOCK.read_text(encoding="utf-8").splitlines()}

    assert {one.package for one in accepted} <= names
