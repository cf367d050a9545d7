"""Workspaces of any size for data_scale: generated tickets whose words follow each other as in the starter corpus.

    python -m tests.bench.generated_tickets --rows 50000 --out FOLDER

Written in chunks, so that memory does not grow with the rows; the same seed and rows give the same files. Of the
snapshot's rows, about: 5 % correct a ticket a second time, 8 % are another ticket's text with a small edit, 3 %
another ticket's text as it is, 0.2 % are a frozen ticket's with a small edit, 0.6 % may not be used at all, 8 % carry
a provenance without weight.
"""

import argparse
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ecomintent import layout
from ecomintent.data import corpus, frozen, parquet, snapshot
from ecomintent.data.leakage import text_key

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "data" / "samples"

CHUNK: Final = 65_536
LONGEST: Final = 45
"""Words of a generated text."""

SHARES: Final = (
    ("again", 0.05),
    ("edited", 0.08),
    ("same", 0.03),
    ("frozen", 0.002),
    ("unusable", 0.006),
)
"""What a row is instead of a new ticket."""

PROVENANCES: Final = ("confirmed", "edited", "set_from_blank", "unchanged", "rule", "bot", "own")
PROVENANCE_WEIGHTS: Final = (32, 28, 12, 20, 3, 3, 2)
SHOPS: Final = (("zendesk", ""), ("zendesk", "eu"), ("gorgias", ""), ("freshdesk", ""))
POLITE: Final = ("please", "thanks", "thank you", "asap", "any news")
FIRST_DAY: Final = datetime(2025, 1, 1, tzinfo=UTC)
DAYS: Final = 540


@dataclass(frozen=True, slots=True)
class Chain:
    """Word -> the words that follow it in texts of one intent; None begins and ends a text."""

    follow: dict[str | None, list[str | None]]

    @classmethod
    def of(cls, texts: list[str]) -> "Chain":
        follow: dict[str | None, list[str | None]] = {}
        for text in texts:
            words: list[str | None] = [None, *text.split(), None]
            for word, after in pairwise(words):
                follow.setdefault(word, []).append(after)
        return cls(follow)

    def text(self, chance: random.Random, at_least: int) -> str:
        """A text of `at_least` to `LONGEST` words; begins anew where a text ends early."""
        words: list[str] = []
        word: str | None = None
        while len(words) < LONGEST:
            after = self.follow[word]
            word = after[int(chance.random() * len(after))]
            if word is None and len(words) >= at_least:
                break
            if word is not None:
                words.append(word)
        return " ".join(words)


class Shop:
    """Draws the snapshot's rows one after another."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        starter = [json.loads(line) for line in (SAMPLES / "starter.jsonl").open(encoding="utf-8")]
        texts: dict[str, list[str]] = {}
        for row in starter:
            texts.setdefault(row["intent"], []).append(row["text"])
        everything = [row["text"] for row in starter]
        # Half of what a ticket says is about its intent, half about anything.
        self._chains = {name: Chain.of(own * 4 + everything) for name, own in texts.items()}
        self._intents = sorted(self._chains)
        self._frozen = [json.loads(line)["text"] for line in (SAMPLES / "frozen.jsonl").open(encoding="utf-8")]
        self._kinds = [name for name, _ in SHARES] + ["new"]
        self._weights = [share for _, share in SHARES] + [1 - sum(share for _, share in SHARES)]
        self._agents = [f"agent-{number}" for number in range(40)]

    def rows(self, start: int, count: int) -> list[dict[str, str]]:
        """So many rows from number `start` on; repeats are of rows of the same chunk."""
        found: list[dict[str, str]] = []
        kinds = self._chance.choices(self._kinds, self._weights, k=count)
        for number, kind in enumerate(kinds, start):
            earlier = found[int(self._chance.random() * len(found))] if found else None
            found.append(self._row(number, kind if earlier else "new", earlier or {}))
        return found

    def _row(self, number: int, kind: str, earlier: dict[str, str]) -> dict[str, str]:
        chance = self._chance
        intent = self._intents[int(chance.random() * len(self._intents))]
        source, account = SHOPS[number % len(SHOPS)]
        row = {
            "ticket_id": f"{number}",
            "text": "",
            "intent": intent,
            "previous_intent": "",
            "created_at": (FIRST_DAY + timedelta(seconds=int(chance.random() * DAYS * 86_400))).isoformat(),
            "agent": self._agents[int(chance.random() ** 2 * len(self._agents))],
            "source": source,
            "account": account,
            "provenance": chance.choices(PROVENANCES, PROVENANCE_WEIGHTS)[0],
        }
        if kind in ("again", "edited", "same"):
            row["text"] = earlier["text"] if kind != "edited" else self._edited(earlier["text"])
            # One repeat in fifty is labelled otherwise: agents disagree.
            row["intent"] = earlier["intent"] if chance.random() < 0.98 else intent
            if kind == "again":
                row |= {name: earlier[name] for name in ("ticket_id", "source", "account")}
        elif kind == "frozen":
            row["text"] = self._edited(self._frozen[number % len(self._frozen)])
        else:
            row["text"] = f"{self._chains[intent].text(chance, 6)} {self._detail(number)}"
        if kind == "unusable":
            column, value = chance.choice((("text", " "), ("intent", "REFUNDS"), ("created_at", "last week")))
            row[column] = value
        return row

    def _edited(self, text: str) -> str:
        """A few characters more, or one swapped for another."""
        if self._chance.random() < 0.5:
            return f"{text} {self._chance.choice(POLITE)}"
        at = int(self._chance.random() * len(text))
        return f"{text[:at]}x{text[at + 1 :]}"

    def _detail(self, number: int) -> str:
        return f"#{number * 7919 % 9_999_991}" if self._chance.random() < 0.6 else ""


def write(rows: int, seed: int, out: Path) -> None:
    """All inputs of the stage `validate` below `out`."""
    (out / layout.INPUT).mkdir(parents=True)
    schema = pa.schema([(name, pa.string()) for name in snapshot.COLUMNS])
    with pq.ParquetWriter(out / layout.SNAPSHOT, schema, compression="zstd", store_schema=False) as writer:
        shop = Shop(seed)
        for start in range(0, rows, CHUNK):
            chunk = shop.rows(start, min(CHUNK, rows - start))
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
    taken, _ = corpus.read_corpus(SAMPLES / "starter.jsonl", source_map=None)
    corpus.write_corpus(taken, out / layout.CORPUS)
    parquet.write(out / layout.FROZEN, frozen.COLUMNS, _frozen_rows())
    (out / layout.LAST_MIX).write_text("{}", encoding="utf-8")
    shutil.copytree(ROOT / layout.EXPECTATIONS, out / layout.EXPECTATIONS)
    shutil.copyfile(ROOT / layout.PARAMS, out / layout.PARAMS)


def _frozen_rows() -> Iterator[list[Any]]:
    for number, line in enumerate((SAMPLES / "frozen.jsonl").open(encoding="utf-8")):
        row = json.loads(line)
        yield [f"F{number}", row["text"], row["label"], text_key(row["text"]), "confirmed"]


def main() -> None:
    """Write one workspace."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, required=True, help="of the snapshot")
    parser.add_argument("--out", type=Path, required=True, help="a folder that does not exist yet")
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    write(arguments.rows, arguments.seed, arguments.out)


if __name__ == "__main__":
    main()
