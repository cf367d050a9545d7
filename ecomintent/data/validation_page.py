"""The validation page: one self-contained HTML file that says in half a minute whether the data are fit to train on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ecomintent.data.findings import Outcome
from ecomintent.labels.tables import excerpt
from ecomintent.taxonomy import NAMES

EXAMPLES: Final = 3
"""Rows shown for each reason."""

TABLES: Final = {
    "frozen": "Frozen set",
    "corrections": "Corrections",
    "corpus": "Base corpus",
    "snapshot": "What would train",
}
"""Suite -> what people call its table, in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One refused row."""

    named: str
    """Its ticket id, or its place in the table where it has none."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one table that were left out for the same reason."""

    table: str
    reason: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One intent's share of the corrections, now and in the last snapshot, in per cent."""

    intent: str
    now: int
    last: int
    now_share: float
    last_share: float
    now_width: float
    """Of the widest bar of all, in per cent."""
    last_width: float


def render(report: Mapping[str, Any], refused: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> str:
    """The page as HTML. Everything that came from outside is escaped; nothing is loaded from elsewhere.

    Args:
        report: as `validation_report.assemble` gives it.
        refused: lines of the quarantine, at least the first `EXAMPLES` of each table and reason.
        texts: of those rows, redacted; 80 characters of each are shown.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ecomintent", "data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {each.__name__: each for each in (percent, thousands)}
    checks, training = report["checks"], report["training"]
    troubles = {name: [c for c in checks if c["outcome"] == name] for name in ("stopped", "warned", "left out")}
    total = training["corrections"] + training["corpus"] if training else 0
    return environment.get_template("validation.html").render(
        report=report,
        state="no" if report["stopped"] else "warned" if troubles["warned"] else "yes",
        stop=troubles["stopped"][0] if troubles["stopped"] else None,
        stopped=troubles["stopped"],
        warned=troubles["warned"],
        others=_others(troubles),
        held=sum(check["outcome"] == Outcome.HELD for check in checks),
        training=training,
        total=total,
        foreign=training["unfit"]["not_english"] if training else 0,
        rows_in=sum(table["rows"] for table in report["tables"].values()),
        left_out=sum(table["quarantined"] for table in report["tables"].values()),
        groups=_groups(report["tables"], refused, texts),
        bars=_bars(report["label_mix"]),
        suites={name: [c for c in checks if c["suite"] == name] for name in TABLES},
        names=TABLES,
    )


def percent(share: float) -> str:
    """A share in per cent (points, of a difference), one decimal."""
    return f"{100 * share:.1f}"


def thousands(number: int) -> str:
    """A count as people read it."""
    return f"{number:,}"


def _others(troubles: Mapping[str, Sequence[Any]]) -> str:
    """The rules that did not hold, by what came of it."""
    words = {"stopped": "stopped the run", "left out": "left rows out", "warned": "warned"}
    return ", ".join(f"{len(troubles[key])} {said}" for key, said in words.items() if troubles[key]) or "all of them"


def _groups(tables: Mapping[str, Any], refused: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> list[Group]:
    """Most rows first; examples in the order of the table."""
    members: dict[tuple[str, str], list[Example]] = {}
    for line, text in zip(refused, texts, strict=True):
        named = excerpt(line["ticket_id"]) if line["ticket_id"] else f"row {line['row']}"
        example = Example(named=named, text=excerpt(text))
        members.setdefault((line["table"], line["reason"]), []).append(example)
    groups = [
        Group(table=TABLES[name], reason=reason, rows=rows, examples=tuple(members.get((name, reason), [])[:EXAMPLES]))
        for name, table in tables.items()
        for reason, rows in table["reasons"].items()
    ]
    return sorted(groups, key=lambda group: (-group.rows, group.table, group.reason))


def _bars(mix: Mapping[str, Any]) -> list[Bar]:
    """The nine intents, and any other that the last snapshot had, in the taxonomy's order."""
    now, last = mix["now"], mix["last"]
    names = [*NAMES, *sorted({*now, *last} - set(NAMES))]
    shares = {name: (_share(name, now), _share(name, last)) for name in names}
    widest = max((share for pair in shares.values() for share in pair), default=0.0) or 1.0
    return [
        Bar(
            intent=name,
            now=now.get(name, 0),
            last=last.get(name, 0),
            now_share=current,
            last_share=before,
            now_width=round(100 * current / widest, 1),
            last_width=round(100 * before / widest, 1),
        )
        for name, (current, before) in shares.items()
    ]


def _share(name: str, mix: Mapping[str, int]) -> float:
    total = sum(mix.values())
    return mix.get(name, 0) / total if total else 0.0
