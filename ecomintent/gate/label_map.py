"""The versioned map of a label-set change: which intents were renamed or merged, and which are new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from ecomintent.errors import InputError
from ecomintent.gate.preconditions import Answers
from ecomintent.gate.verdict import FrozenTicket


@dataclass(frozen=True, slots=True)
class LabelMap:
    """How an older label set reads in today's. Source: docs/gate.md 9.6."""

    version: str
    renamed: Mapping[str, str]
    """Old name -> today's; two old names with one new name are a merge. Applied once, never in chains."""
    new: tuple[str, ...]
    """Intents no earlier model could know (split or new): held to the floor of a first release."""
    lost: tuple[str, ...] = ()
    """Old names that read as nothing: such an answer is none, and a person decides."""

    @classmethod
    def from_json(cls, raw: Any, *, where: str) -> Self:
        """Read {"version": "2", "renamed": {"OLD": "TODAY"}, "new": ["TODAY"]}.

        Raises:
            InputError: another shape.
        """
        shape = 'it must read {"version": "2", "renamed": {"OLD": "TODAY"}, "new": ["TODAY"]}'
        if not isinstance(raw, dict) or set(raw) != {"version", "renamed", "new"}:
            raise InputError(f"not a label map; {shape}", where=where)
        version, renamed, new = raw["version"], raw["renamed"], raw["new"]
        sound = isinstance(version, str) and version and isinstance(renamed, dict) and isinstance(new, list)
        if not sound or not all(isinstance(name, str) for name in [*renamed.values(), *new]):
            raise InputError(f"not a label map; {shape}", where=where)
        return cls(version=version, renamed=dict(renamed), new=tuple(dict.fromkeys(new)))

    def check(self, intents: Sequence[str]) -> None:
        """Refuse a map that leads out of the label set.

        Raises:
            InputError: a target or a new intent is not among `intents`.
        """
        for name in [*self.renamed.values(), *self.new]:
            if name not in intents:
                raise InputError(
                    f"{name!r} is not in the label set; allowed are {', '.join(intents)}", where=self._where
                )

    def tickets(self, frozen: Sequence[FrozenTicket], intents: Sequence[str]) -> list[FrozenTicket]:
        """The frozen set under today's names.

        Raises:
            InputError: a label that is neither one of `intents` nor renamed.
        """
        renamed = [replace(ticket, label=self.renamed.get(ticket.label, ticket.label)) for ticket in frozen]
        self._require((ticket.label for ticket in renamed), intents, of="frozen set")
        return renamed

    def answers(self, given: Answers) -> dict[str, str | None]:
        """Answers under today's names; no answer stays none, and a lost name becomes none."""
        read = {**self.renamed, **dict.fromkeys(self.lost)}
        return {name: read.get(answer, answer) if answer else answer for name, answer in given.items()}

    def apply(
        self, frozen: Sequence[FrozenTicket], answers: Mapping[str, Answers | None], intents: Sequence[str]
    ) -> tuple[list[FrozenTicket], dict[str, Answers | None]]:
        """Frozen set and every model's answers under today's names.

        Args:
            answers: role (candidate, champion, anchor, incumbent) -> its answers; None where there is no such model.
        Raises:
            InputError: the map leads out of `intents`; a frozen label, or an answer of champion or anchor, that is
                neither one of them nor renamed.
        """
        self.check(intents)
        renamed = {role: None if given is None else self.answers(given) for role, given in answers.items()}
        for role in ("champion", "anchor"):
            said = (answer for answer in (renamed.get(role) or {}).values() if isinstance(answer, str) and answer)
            self._require(said, intents, of=f"answers of the {role}")
        return self.tickets(frozen, intents), dict(renamed)

    def told(self, frozen: Sequence[FrozenTicket], champion: Answers | None = None) -> str:
        """What was done to `frozen` and the champion's answers (as they came), in one sentence."""
        moved = sum(ticket.label in self.renamed for ticket in frozen)
        said = f"label map {self.version} was applied: {moved} of {len(frozen)} frozen labels renamed"
        if answered := sum(answer in self.renamed for answer in (champion or {}).values()):
            said += f" and {answered} answers of the champion"
        if unread := sum(answer in self.lost for answer in (champion or {}).values()):
            said += f", {unread} answers of the champion read as none ({', '.join(self.lost)})"
        if not self.new:
            return said
        names = ", ".join(self.new)
        return f"{said}; {names} is held to the floor of a first release, and its tickets are left out of accuracy"

    @property
    def _where(self) -> str:
        return f"label map {self.version}"

    def _require(self, labels: Iterable[str], intents: Sequence[str], *, of: str) -> None:
        unmapped = sorted(set(labels).difference(intents))
        if unmapped:
            raise InputError(
                f"{unmapped[0]!r} is neither in the label set nor in label map {self.version}; add it to `renamed`",
                where=of,
            )
