"""Where the reading of a Freshdesk account stopped. Pure."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Final

BEGINNING: Final = "2000-01-01T00:00:00+00:00"
"""Without a time Freshdesk lists the last 30 days only."""
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a mark says."""

    tickets: str
    """Last update seen in the list of tickets; so for the two below."""
    deleted: str
    spam: str
    first: str = ""
    """First of the days in a row that were read."""
    next: str = ""
    """Day whose export is read next; empty before there is a ticket."""
    until: str = ""
    """Last of the days that the list is being read for; empty where it is for none."""

    @classmethod
    def of(cls, mark: str, since: str) -> "Place":
        """Where the mark is, or the start."""
        start = since or BEGINNING
        return cls(**json.loads(mark)) if mark else cls(tickets=start, deleted=start, spam=start)

    def mark(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))

    def begun(self, day: date) -> "Place":
        """With `day` as the first of those in a row."""
        return replace(self, first=day.isoformat(), next=day.isoformat())

    def listed(self, last: str, *, to_the_end: bool) -> "Place":
        """After a page of the list of tickets whose last update was then."""
        place = replace(self, tickets=max(self.tickets, last))
        if not self.until or not to_the_end:
            return place
        return replace(place, next=(date.fromisoformat(self.until) + DAY).isoformat(), until="")
