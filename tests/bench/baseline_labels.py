"""Where the public baseline's labels contradict the taxonomy's descriptions, and two corpora to show what that costs.

    python -m tests.bench.baseline_labels --data bitext_train.parquet --out FOLDER [--each 400]

Its processed file no longer says which source label a ticket had, so that a rule here names the intent it was given
and the words by which the template is known. FOLDER gets `as-labelled.parquet` and `mended.parquet`: the same tickets,
at most EACH of an intent as first labelled; in the second, rows of a rule carry the taxonomy's intent, and rows that
fit no description are left out. Train on both with `tests.bench.recipe_trials --cold --starter FILE` to see the effect.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

REFUND: Final = r"\b(?:refu?nds?|rei?mb\w*|rebates?|restitution\w*|compensation\w*|money)\b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A template of the baseline whose intent is not the one the taxonomy's description says."""

    what: str
    given: str
    """The baseline's intent."""
    words: str
    intent: str
    """The taxonomy's intent; empty where no description fits."""


RULES: Final = (
    Rule(
        what="refund awaited, its status",
        given="RETURN_REQUEST",
        words=rf"(?=.*{REFUND})(?=.*\b(?:status|track\w*|showing|new on|news|waiting|expect\w*|anything wrong)\b)",
        intent="BILLING_DISPUTE",
    ),
    Rule(what="refund awaited, its status", given="WISMO", words=REFUND, intent="BILLING_DISPUTE"),
    Rule(
        what="complaint or claim without a stated defect",
        given="DAMAGED_ITEM",
        words=r"\b(?:complain\w*|claims?|recl\w*|grievances?)\b",
        intent="OTHER",
    ),
    Rule(
        what="website or app out of order for all",
        given="ACCOUNT_ISSUE",
        words=r"\b(?:web ?site|site|web ?page|page|mobile|app|technical)\b(?!.*\b(?:account|password|log|sign)\b)",
        intent="OTHER",
    ),
    Rule(
        what="ways to pay that are accepted",
        given="BILLING_DISPUTE",
        words=r"\bpa\w*\b.*\b(?:methods?|options?|modalit\w+)|\baccepted\b|\bpay (?:by|with)\b",
        intent="OTHER",
    ),
    Rule(
        what="into the cart, out of the cart, check-out",
        given="PRODUCT_QUESTION",
        words=r"\b(?:cart|basket|check ?-?out)\b",
        intent="OTHER",
    ),
    Rule(what="when sales are", given="PRODUCT_QUESTION", words=r"\bsales\b", intent="OTHER"),
    Rule(
        what="something added to or taken from an order, or the order changed",
        given="EXCHANGE_REQUEST",
        words=r"^(?!.*\bchose\b)(?:.*\b(?:delet\w*|remov\w*|add\w*|before (?:you )?send)\b"
        r"|.*\b(?:chang|updat|modif)\w*\b.*\border)",
        intent="",
    ),
    Rule(what="cost of shipping, before ordering", given="WISMO", words=r"\b(?:cost|price|fees?)\b", intent=""),
)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--each", type=int, default=400)
    arguments = parser.parse_args(argv)
    rows = [(row["text"], row["label"]) for row in pq.read_table(arguments.data, columns=["text", "label"]).to_pylist()]
    print("\n".join(_table(rows)))
    drawn = _drawn(rows, arguments.each)
    arguments.out.mkdir(parents=True, exist_ok=True)
    mended = [(text, _mended(text, given)) for text, given in drawn]
    _write(arguments.out / "as-labelled.parquet", drawn)
    _write(arguments.out / "mended.parquet", [(text, intent) for text, intent in mended if intent])
    changed = sum(given != intent for (_, given), (_, intent) in zip(drawn, mended, strict=True))
    print(f"\n{len(drawn):,} drawn, {changed:,} of them mended or left out: {arguments.out}")


def rule_of(text: str, given: str) -> Rule | None:
    """The first rule that the ticket falls under."""
    return next((rule for rule in RULES if rule.given == given and re.search(rule.words, text, re.IGNORECASE)), None)


def _mended(text: str, given: str) -> str:
    rule = rule_of(text, given)
    return given if rule is None else rule.intent


def _drawn(rows: Sequence[tuple[str, str]], each: int) -> list[tuple[str, str]]:
    shuffled = random.Random(7).sample(list(rows), len(rows))
    kept, counts = [], Counter[str]()
    for text, given in shuffled:
        if counts[given] < each:
            counts[given] += 1
            kept.append((text, given))
    return kept


def _table(rows: Sequence[tuple[str, str]]) -> list[str]:
    found = Counter(rule for text, given in rows if (rule := rule_of(text, given)))
    out = ["| what | given | by the description | rows | of that intent |", "| --- | --- | --- | --- | --- |"]
    given_count = Counter(given for _, given in rows)
    for rule in RULES:
        share = found[rule] / max(1, given_count[rule.given])
        out.append(f"| {rule.what} | {rule.given} | {rule.intent or 'none'} | {found[rule]:,} | {share:.0%} |")
    return [*out, f"| all | | | {found.total():,} | {found.total() / len(rows):.0%} of {len(rows):,} |"]


def _write(path: Path, rows: Sequence[tuple[str, str]]) -> None:
    pq.write_table(pa.table({"text": [text for text, _ in rows], "label": [label for _, label in rows]}), path)


if __name__ == "__main__":
    main()
