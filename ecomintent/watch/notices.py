"""What people are told of, in words that hold no ticket: verdicts, stops, alarms, the way back, a deadline."""

from dataclasses import dataclass
from enum import StrEnum

from ecomintent.watch.decision import Action, Watched


class About(StrEnum):
    """What a notice is about; a place may ask for some of them."""

    VERDICT = "verdict"
    BLOCK = "block"
    STOPPED = "stopped"
    ALARM = "alarm"
    RETRAIN = "retrain"
    ROLLBACK = "rollback"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell, once."""

    key: str
    """Of the event: told under it once, whoever finds it again."""
    about: About
    title: str
    body: str


def verdict(version: str, overall: str, cause: str, *, digest: str, link: str) -> Notice:
    """A retrain ended with a verdict on `version` (empty: these weights were rejected before)."""
    blocked = overall == "BLOCK"
    what = "The gate blocks" if blocked else "Waits for a person:"
    named = f"version {version}" if version else "weights that were rejected before"
    return Notice(
        key=f"verdict {version} {digest}",
        about=About.BLOCK if blocked else About.VERDICT,
        title=f"{what} {named} ({overall})",
        body=f"{cause}.\nThe champion stays{'' if blocked else ' until somebody approves'}.\n{link}",
    )


def stopped(flow: str, run: str, how: str) -> Notice:
    """A flow did not come to its end. Why is in its log alone: an error may quote what it was given."""
    return Notice(
        key=f"stopped {run}",
        about=About.STOPPED,
        title=f"{flow} stopped: {how}",
        body=f"Run {run}. The champion stays; the reason is in the run's log. It may simply be started again.",
    )


def of_look(watched: Watched) -> Notice | None:
    """What a look came to, where people should hear of it. An alarm of the same readings is told once a champion."""
    if watched.action is Action.ALERT:
        key = f"alarm {watched.champion} {', '.join(sorted(watched.loud))}"
        return _look(watched, key, About.ALARM, f"Version {watched.champion}: {', '.join(watched.loud)}")
    if watched.action is Action.RETRAIN:
        return _look(watched, f"retrain {watched.at}", About.RETRAIN, "The watch asks for a retrain")
    return None


def rolled_back(back: str, now: str, *, by: str, reason: str, at: str) -> Notice:
    """Another release serves again."""
    return Notice(
        key=f"rollback {back} {now} {at}",
        about=About.ROLLBACK,
        title=f"Version {now} serves again; version {back} was taken back",
        body=f"By {by}: {reason}.",
    )


def deadline(version: str, until: str, *, asked: str, link: str) -> Notice:
    """Nobody has decided yet, and there is not much time left."""
    return Notice(
        key=f"deadline {version} {asked}",
        about=About.DEADLINE,
        title=f"Version {version} waits until {until}",
        body=f"Without a yes by then it is rejected, and the champion stays.\n{link}",
    )


def _look(watched: Watched, key: str, about: About, title: str) -> Notice:
    return Notice(key=key, about=about, title=title, body="\n".join(watched.reasons))
