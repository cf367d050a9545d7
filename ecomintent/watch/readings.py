"""What is read of a champion, each with its bound: drift by kind, corrected tickets, the blind audit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from ecomintent.gate.statistics import wilson
from ecomintent.params_watch import WatchParams
from ecomintent.watch.mixes import Mix, distance
from ecomintent.watch.rising import Day, rise, upper
from ecomintent.watch.shapes import KINDS

YEAR: Final = 365
TWO_SIDED: Final = 0.025
"""Of the intervals people are told: 95 %. No decision rests on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One thing that was looked at."""

    name: str
    """drift of intent, drift of word ..., corrections, audit."""
    value: float | None
    """Index, share of corrected, or accuracy; None where there is too little to say."""
    bound: float | None
    """What the value is held to; None where nothing is."""
    n: int
    """Tickets it rests on."""
    speaks: bool
    says: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """What `to_json` gave."""
        return cls(**told)


def drift(days: Sequence[Mapping[str, Mix]], params: WatchParams) -> tuple[Reading, ...]:
    """One reading for each kind of count, over whole windows after the reference days.

    Args:
        days: kind -> mix of each whole day that the champion served, the first one first, none left out.
    """
    return tuple(_drift_of(kind, [day.get(kind, {}) for day in days], params) for kind in KINDS)


def window_alpha(params: WatchParams) -> float:
    """The error that one window of one kind may have, so that all of a year's together have `alpha`.

    An alarm needs `windows_loud` loud windows, and the chance of so many is at most their expected number divided by
    it (Markov), however windows hang together: all share one reference.
    """
    return min(0.5, params.alpha * params.windows_loud * params.window_days / (YEAR * len(KINDS)))


def _drift_of(kind: str, mixes: Sequence[Mix], params: WatchParams) -> Reading:
    name, least = f"drift of {kind}", params.least_tickets
    reference, later = _sum(mixes[: params.reference_days]), mixes[params.reference_days :]
    met = sum(reference.values())
    if len(mixes) < params.reference_days or met < least:
        says = (
            f"the reference, {params.reference_days} days, has {met:,} tickets in {len(mixes)} days; {least:,} needed"
        )
        return _silent(name, met, says)
    whole = len(later) // params.window_days
    windows = [_sum(later[at * params.window_days : (at + 1) * params.window_days]) for at in range(whole)]
    found = [distance(one, reference) if sum(one.values()) >= least else None for one in windows[-params.windows :]]
    last = found[-1] if found else None
    if last is None:
        n = sum(windows[-1].values()) if windows else 0
        return _silent(name, n, f"no window of {params.window_days} days with {least:,} tickets in bins that compare")
    alpha = window_alpha(params)
    loud = sum(one is not None and one.psi > one.bound(alpha, params.drift_tolerated) for one in found)
    return Reading(
        name=name,
        value=last.psi,
        bound=last.bound(alpha, params.drift_tolerated),
        n=last.n,
        speaks=loud >= params.windows_loud,
        says=f"PSI {last.psi:.3f}, KL {last.kl:.3f} in the last window; above the bound in {loud} of the last "
        f"{len(found)} windows ({params.windows_loud} of {params.windows} speak)",
    )


def corrections(days: Sequence[Day], params: WatchParams) -> Reading:
    """Corrected among judged tickets, against the champion's own reference days.

    Args:
        days: as for `drift`; hits are corrected tickets.
    """
    first, later = days[: params.reference_days], days[params.reference_days :]
    hits, n = _total(first)
    if len(days) < params.reference_days or n < params.least_tickets:
        says = f"the reference has {n:,} judged tickets in {len(days)} days; {params.least_tickets:,} needed"
        return _silent("corrections", n, says)
    now_hits, now_n = _total(later)
    told = f"{hits} of {n} corrected in the reference days; since then {now_hits} of {now_n}"
    allowed = upper(hits, n, _reference_alpha(params)) + params.correction_rise
    value = now_hits / now_n if now_n else None
    return _rate("corrections", later, value, bound=allowed, allowed=allowed, params=params, told=told)


def audit(days: Sequence[Day], promoted_wrong: int, promoted_n: int, params: WatchParams) -> Reading:
    """Accuracy in the blind audit, against the one the release was promoted with.

    Args:
        days: hits are wrong answers.
        promoted_wrong: of the frozen set's `promoted_n` tickets; 0 of 0 where it is not known.
    """
    wrong, n = _total(days)
    if not promoted_n:
        return _silent("audit", n, "with what accuracy the champion was promoted is not kept in this home")
    if not n:
        return _silent("audit", 0, "no ticket of the audit is labelled yet")
    allowed = upper(promoted_wrong, promoted_n, _reference_alpha(params)) + params.audit_fall
    low, high = wilson(n - wrong, n, TWO_SIDED)
    told = (
        f"promoted with {1 - promoted_wrong / promoted_n:.3f}; {n - wrong} of {n} right, "
        f"95 % interval {low:.3f} to {high:.3f}"
    )
    bound = max(0.0, 1 - allowed)
    return _rate("audit", days, 1 - wrong / n, bound=bound, allowed=allowed, params=params, told=told)


def _rate(
    name: str, days: Sequence[Day], value: float | None, *, bound: float, allowed: float, params: WatchParams, told: str
) -> Reading:
    begins = -(-YEAR // params.window_days)
    found = rise(days, allowed=allowed, window=params.window_days, begins_a_year=begins, alpha=params.alpha / 2)
    return Reading(
        name=name,
        value=value,
        bound=bound,
        n=_total(days)[1],
        speaks=found.speaks,
        says=f"{told}; evidence {found.peak:.3g}, speaks from {found.needed:,.0f}",
    )


def _reference_alpha(params: WatchParams) -> float:
    """Half the error, shared by as many champions as a year can have reference days for."""
    return params.alpha / 2 * min(1.0, params.reference_days / YEAR)


def _silent(name: str, n: int, says: str) -> Reading:
    return Reading(name=name, value=None, bound=None, n=n, speaks=False, says=says)


def _sum(mixes: Sequence[Mix]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for mix in mixes:
        total.update(mix)
    return dict(total)


def _total(days: Sequence[Day]) -> tuple[int, int]:
    return sum(day.hits for day in days), sum(day.n for day in days)
