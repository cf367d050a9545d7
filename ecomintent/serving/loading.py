"""A release that may answer: passport verified, bytes the registered ones, probes answered as on its first day."""

from dataclasses import dataclass
from typing import Final, Protocol

from ecomintent.errors import ReleaseError
from ecomintent.model.inference import Classifier
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.records import Prediction
from ecomintent.release.passport import REMEDY, Passport, Probe
from ecomintent.release.probing import differences
from ecomintent.served import Named
from ecomintent.serving.ports import Releases

THREADS: Final = 1
"""Cores one ticket keeps busy: several tickets at a time use several cores, and one answers as it was judged."""
WARM_UP: Final = "where is my parcel"


class Reader(Protocol):
    """What answers: `model.inference.Classifier`, or a fake."""

    note: ReleaseNote

    def read(self, text: str) -> tuple[Prediction, bool]:
        """The answer, and whether the text was cut."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A release in memory, ready to answer."""

    named: Named
    reader: Reader
    passport: Passport | None
    """None: a candidate, which answers nobody."""

    @property
    def version(self) -> str:
        """In the registry."""
        return self.named.version


def load_release(named: Named, releases: Releases) -> Loaded:
    """A version that was released.

    Raises:
        ReleaseError: its passport, its bytes or its answers are not what they were.
        InputError: a file among the trusted keys is no key.
    """
    passport = releases.passport(named)
    reader = Classifier.load(releases.folder(named.version), named.weights, threads=THREADS)
    probe(reader, passport)
    return Loaded(named=named, reader=reader, passport=passport)


def load_candidate(named: Named, releases: Releases) -> Loaded:
    """A version that nobody approved yet, to be asked in silence.

    Raises:
        ReleaseError: its bytes are not the registered ones.
    """
    reader = Classifier.load(releases.folder(named.version), named.weights, threads=THREADS)
    reader.read(WARM_UP)
    return Loaded(named=named, reader=reader, passport=None)


def probe(reader: Reader, passport: Passport) -> None:
    """Let a release pass that answers one ticket for each intent as its passport says.

    Raises:
        ReleaseError: it answers one otherwise, or its passport has fewer answers than it has intents.
    """
    where = f"version {passport.version}"
    if len(passport.probes) < len(reader.note.intents):
        raise ReleaseError(
            f"{where}: its passport records {len(passport.probes)} answers, one for each of its "
            f"{len(reader.note.intents)} intents is needed; {REMEDY}"
        )
    told = [_answered(reader, recorded.text) for recorded in passport.probes]
    changed = differences(passport.probes, told)
    if changed:
        raise ReleaseError(f"{where} answers otherwise than on the day of its release ({changed[0]}); {REMEDY}")


def _answered(reader: Reader, text: str) -> Probe:
    prediction, _ = reader.read(text)
    return Probe(text=text, intent=prediction.intent, confidence=round(prediction.confidence, 6))
