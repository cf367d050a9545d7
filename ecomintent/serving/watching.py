"""Takes up a new champion while the old one answers; where none can be had, the last release that verified.

A release is loaded, verified and probed beside the one that answers, then put in its place by one assignment.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from ecomintent.errors import EcomIntentError, InputError
from ecomintent.ports import Clock
from ecomintent.served import Lineup, Named, ServingEvent
from ecomintent.serving import answering
from ecomintent.serving.lineup import Holder, Serving
from ecomintent.serving.loading import Loaded, load_candidate, load_release
from ecomintent.serving.ports import Releases, ServingHistory

log = logging.getLogger(__name__)

Load = Callable[[Named, Releases], Loaded]

AGAIN_SECONDS: Final = 60.0
"""After a release was refused, until it is tried again."""
LOOKED_BACK: Final = 50
"""Events of the serving history in which a release to fall back on is sought."""


class Watcher:
    """Looks every few seconds, in a thread of its own."""

    def __init__(
        self,
        *,
        holder: Holder,
        releases: Releases,
        history: ServingHistory,
        clock: Clock,
        seconds: float,
        shadow: bool,
        warm_up: Callable[[], None] = answering.warm_up,
        load: Load = load_release,
        load_silent: Load = load_candidate,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._holder, self._releases, self._history, self._clock = holder, releases, history, clock
        self._seconds, self._shadow, self._warm_up = seconds, shadow, warm_up
        self._load, self._load_silent, self._monotonic = load, load_silent, monotonic
        self._refused: dict[Named, tuple[float, str]] = {}
        self._looking = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Look now and then for ever."""
        self._thread.start()

    def stop(self) -> None:
        """No look begins after this."""
        self._stop.set()

    def look(self) -> None:
        """One look. Whatever it finds, the release that answers goes on answering until a better one is ready."""
        with self._looking:
            self._look()

    def _look(self) -> None:
        problems: list[str] = []
        try:
            lineup = self._releases.lineup()
        except EcomIntentError as error:
            lineup = None
            problems.append(str(error))
        if lineup is not None:
            problems += self._champion(lineup)
        if self._holder.now.serving is None:
            self._fall_back(lineup, problems)
        if lineup is not None:
            problems += self._others(lineup)
        self._holder.now = replace(
            self._holder.now, problem="; ".join(problem for problem in problems if problem), looked_at=self._clock.now()
        )

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._warm_up()
                self.look()
            # A bug here must not end the looking, nor what answers; and no traceback may hold a ticket.
            except Exception as error:
                log.critical("look failed error=%s", type(error).__name__)
            self._stop.wait(self._seconds)

    def _champion(self, lineup: Lineup) -> Iterator[str]:
        champion, now = lineup.champion, self._holder.now
        if champion is None:
            yield "there is no champion yet; ecomintent status says what waits for a person"
        elif now.serving is None or now.serving.loaded.named != champion:
            found = now.previous if now.previous and now.previous.named == champion else self._tried(champion)
            if found is None:
                yield self._refused[champion][1]
            else:
                self._swap(found, fallback=False, told="champion")
        elif now.serving.fallback:
            self._holder.now = replace(now, serving=replace(now.serving, fallback=False))
            self._record("serves", champion, "champion")

    def _tried(self, named: Named) -> Loaded | None:
        """The release; None where it is refused, or was a moment ago."""
        until, said = self._refused.get(named, (0.0, ""))
        if said and self._monotonic() < until:
            return None
        log.info("loads version=%s", named.version)
        try:
            loaded = self._load(named, self._releases)
        except EcomIntentError as error:
            if str(error) != said:
                log.warning("release refused version=%s: %s", named.version, error)
                self._record("refused", named, str(error))
            self._refused[named] = (self._monotonic() + AGAIN_SECONDS, str(error))
            return None
        self._refused.pop(named, None)
        return loaded

    def _swap(self, loaded: Loaded, *, fallback: bool, told: str) -> None:
        now = self._holder.now
        serving = Serving(loaded=loaded, since=self._clock.now(), fallback=fallback)
        previous = now.serving.loaded if now.serving else now.previous
        self._holder.now = replace(now, serving=serving, previous=previous, swaps=now.swaps + 1)
        log.info("serves version=%s weights=%s why=%s", loaded.version, loaded.named.weights[:12], told)
        self._record("serves", loaded.named, told)

    def _fall_back(self, lineup: Lineup | None, problems: list[str]) -> None:
        try:
            known = [event for event in self._history.latest(LOOKED_BACK) if event.event == "serves"]
        except InputError as error:
            problems.append(str(error))
            known = []
        named = [Named(version=event.version, weights=event.weights) for event in known]
        if lineup and lineup.previous:
            named.append(lineup.previous)
        for one in dict.fromkeys(named):
            if found := self._tried(one):
                self._swap(found, fallback=True, told=f"the champion cannot be had: {'; '.join(problems)}")
                return

    def _others(self, lineup: Lineup) -> Iterator[str]:
        """The previous release warm, so that a rollback takes no loading; a candidate where it is to be asked."""
        now = self._holder.now
        kept = lineup.previous
        if (
            kept
            and now.serving
            and kept != now.serving.loaded.named
            and (not now.previous or now.previous.named != kept)
        ):
            if warm := self._tried(kept):
                self._holder.now = replace(self._holder.now, previous=warm)
            else:
                yield f"the previous release is not kept warm: {self._refused[kept][1]}"
        asked = lineup.candidate if self._shadow else None
        if asked is None:
            self._holder.now = replace(self._holder.now, candidate=None)
        elif now.candidate is None or now.candidate.named != asked:
            try:
                self._holder.now = replace(self._holder.now, candidate=self._load_silent(asked, self._releases))
            except EcomIntentError as error:
                self._holder.now = replace(self._holder.now, candidate=None)
                yield f"the candidate is not asked: {error}"

    def _record(self, event: str, named: Named, told: str) -> None:
        line = ServingEvent(at=self._clock.now(), event=event, version=named.version, weights=named.weights, told=told)
        try:
            self._history.append(line)
        except InputError as error:
            # A full disk must not keep tickets from being answered.
            log.warning("the serving history was not written: %s", error)
