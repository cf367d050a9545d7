"""The four recognisers of Presidio that are asked here (`recognition`), imported without anything else of it.

Its package imports an engine with spaCy, where they are installed torch and transformers, and the recognisers of every
country, whether anybody asks for them or not. With all of that the import took 7.9 s, without torch 1.3 s, without the
engine 0.8 s and 60 MB less; of the rest most was recognisers nobody asks (one for links compiles every top-level
domain), another 0.2 s of a server's start. What was imported before stays as it is.
"""

import sys
import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

UNUSED: Final = ("torch", "transformers", "stanza", "spacy")
PACKAGE: Final = "presidio_analyzer"
NAMED_ONLY: Final = tuple(
    f"{PACKAGE}.{name}" for name in ("nlp_engine", "recognizer_registry", "analyzer_engine_provider")
)
"""Modules of which the package names classes in annotations, and calls none while it is imported."""
GENERIC: Final = f"{PACKAGE}.predefined_recognizers.generic"
ASKED: Final = {
    "CreditCardRecognizer": "credit_card_recognizer",
    "IbanRecognizer": "iban_recognizer",
    "IpRecognizer": "ip_recognizer",
    "PhoneRecognizer": "phone_recognizer",
}
_ONE_AT_A_TIME: Final = threading.Lock()


class _NamesOnly(ModuleType):
    """Stands for a module whose classes are only named."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        found = type(name, (), {})
        setattr(self, name, found)
        return found


@cache
def load() -> Any:
    """The recognisers of `ASKED`, `PatternRecognizer` and `Pattern` for expressions of our own, each by its name."""
    with _ONE_AT_A_TIME:
        return _names() if PACKAGE in sys.modules else _alone()


def _names() -> Any:
    package = import_module(PACKAGE)
    found = {name: getattr(import_module(f"{GENERIC}.{module}"), name) for name, module in ASKED.items()}
    return SimpleNamespace(Pattern=package.Pattern, PatternRecognizer=package.PatternRecognizer, **found)


def _alone() -> Any:
    """What nobody asked for is not imported; who asks for it afterwards gets a package of his own, and all of it."""
    hidden = [name for name in UNUSED if name not in sys.modules]
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No module named {PACKAGE!r}", name=PACKAGE)
    folder = Path(spec.origin).parent / "predefined_recognizers"
    bare = {GENERIC.rpartition(".")[0]: folder, GENERIC: folder / "generic"}
    # None in sys.modules makes `import torch` an ImportError, which Presidio is prepared for.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    sys.modules.update({name: _NamesOnly(name) for name in NAMED_ONLY} | {n: _bare(n, at) for n, at in bare.items()})
    try:
        return _names()
    finally:
        own = [name for name in sys.modules if name.split(".")[0] == PACKAGE]
        for name in (*hidden, *own):
            del sys.modules[name]


def _bare(name: str, folder: Path) -> ModuleType:
    """A package whose own __init__, which imports all that lies in it, is not run."""
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    return package
