"""Presidio's recognisers, imported without its engine: spaCy, and where they are installed torch and transformers.

Its package imports the engine and looks for a GPU whether anybody asks for them or not, and only the recognisers are
asked here (`recognition`). With all of that the import took 7.9 s, without torch 1.3 s, without the engine 0.8 s and
60 MB less; and the server that answers tickets shall hold none of it. What was imported before stays as it is.
"""

import sys
import threading
from types import ModuleType
from typing import Final

UNUSED: Final = ("torch", "transformers", "stanza", "spacy")
ENGINE: Final = "presidio_analyzer.nlp_engine"
_ONE_AT_A_TIME: Final = threading.Lock()


class _NoEngine(ModuleType):
    """Stands for the engine's module while the recognisers are imported, which name its classes in annotations."""

    def __init__(self) -> None:
        super().__init__(ENGINE)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        found = type(name, (), {})
        setattr(self, name, found)
        return found


def load() -> ModuleType:
    """`presidio_analyzer.predefined_recognizers`."""
    with _ONE_AT_A_TIME:
        if "presidio_analyzer" not in sys.modules:
            _import_alone()
        from presidio_analyzer import predefined_recognizers
    found: ModuleType = predefined_recognizers
    return found


def _import_alone() -> None:
    hidden = [name for name in UNUSED if name not in sys.modules]
    # None in sys.modules makes `import torch` an ImportError, which Presidio is prepared for.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    sys.modules[ENGINE] = _NoEngine()
    try:
        from presidio_analyzer import predefined_recognizers  # noqa: F401
    finally:
        for name in (*hidden, ENGINE):
            del sys.modules[name]
