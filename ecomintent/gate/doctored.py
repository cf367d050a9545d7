"""Answers spoilt on purpose, made from a reference model's over independent tickets. No seed, no chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Self

import numpy as np

from ecomintent.gate.counts import Codes, joint
from ecomintent.gate.preconditions import Answers
from ecomintent.gate.verdict import FrozenTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What the doctored answers are made from; every array is (n,) over independent tickets."""

    k: int
    """Intents of the label set."""
    labels_n: Codes
    reference_n: Codes
    digests_n: tuple[int, ...]
    """A number that depends on the ticket's id alone: the order in which tickets are picked."""
    ranked: tuple[int, ...]
    """Intents by position in the label set, the most common first."""

    @classmethod
    def of(cls, votes: Sequence[FrozenTicket], reference: Answers, intents: Sequence[str]) -> Self:
        """From one ticket per vote; an answer that is no intent counts as the most common intent."""
        ids = {name: index for index, name in enumerate(intents)}
        labels_n = np.array([ids[ticket.label] for ticket in votes])
        sizes = np.bincount(labels_n, minlength=len(intents))
        ranked = sorted(range(len(intents)), key=lambda index: (-int(sizes[index]), intents[index]))
        return cls(
            k=len(intents),
            labels_n=labels_n,
            reference_n=np.array([ids.get(reference.get(ticket.id) or "", ranked[0]) for ticket in votes]),
            digests_n=tuple(int.from_bytes(sha256(ticket.id.encode()).digest()[:8], "big") for ticket in votes),
            ranked=tuple(ranked),
        )

    def joint(self, answers_n: Codes) -> Codes:
        """`counts.joint` of label, reference and these answers."""
        return joint(self.labels_n, self.reference_n, answers_n, self.k)

    def doctored(self) -> Iterator[tuple[str, tuple[int, ...], Codes]]:
        """Every spoilt version: its kind, the intents it is about, its answers."""
        hit = set(self.reference_n[self.reference_n == self.labels_n].tolist())
        for one, other in pairwise(index for index in self.ranked if index in hit):
            yield "swapped", (one, other), self._swapped(one, other)
        for intent in self.ranked:
            yield (
                "dropped",
                (intent,),
                np.where(self.reference_n == intent, self._commonest_but(intent), self.reference_n),
            )
        for intent in self.ranked:
            yield "recall_cut", (intent,), self._recall_cut(intent)
        yield "noise", (), self._noise()
        yield "constant", (), np.full_like(self.reference_n, self.ranked[0])

    def _commonest_but(self, intent: int) -> int:
        return next((other for other in self.ranked if other != intent), intent)

    def _swapped(self, one: int, other: int) -> Codes:
        answers_n = self.reference_n.copy()
        answers_n[self.reference_n == one] = other
        answers_n[self.reference_n == other] = one
        return answers_n

    def _recall_cut(self, intent: int) -> Codes:
        """A tenth of its tickets, rounded up, go where the reference already sends most of those it misses."""
        own_n = self.labels_n == intent
        missed = np.bincount(self.reference_n[own_n & (self.reference_n != intent)], minlength=self.k)
        to = max(self.ranked, key=lambda index: int(missed[index])) if missed.any() else self._commonest_but(intent)
        answers_n = self.reference_n.copy()
        answers_n[self._picked(np.flatnonzero(own_n & (self.reference_n == intent)), _tenth(int(own_n.sum())))] = to
        return answers_n

    def _noise(self) -> Codes:
        """A tenth of all tickets, rounded up, get an answer that is neither the reference's nor right."""
        answers_n = self.reference_n.copy()
        for index in self._picked(np.arange(len(answers_n)), _tenth(len(answers_n))):
            taken = (self.labels_n[index], self.reference_n[index])
            others = [intent for intent in range(self.k) if intent not in taken]
            if others:
                answers_n[index] = others[self.digests_n[index] % len(others)]
        return answers_n

    def _picked(self, among: Codes, count: int) -> list[int]:
        return sorted(among.tolist(), key=lambda index: self.digests_n[index])[:count]


def _tenth(n: int) -> int:
    return -(-n // 10)
