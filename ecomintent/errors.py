"""Everything this package raises on purpose, as one tree.

    EcomIntentError             one clear line; the CLI prints it and exits 1
    |-- InputError              a file or value a person gave us is at fault
    |   |-- TaxonomyError       a label that is not one of the intents
    |   `-- ParamsError         params.yaml is incomplete, mistyped or out of range
    |-- SourceError             a helpdesk or labelling tool refused, or cannot be reached
    |-- ValidationFailed        a whole table breaks an expectation that may not break
    |-- EncoderError            the base encoder is absent, damaged or out of reach
    |-- ReleaseError            a model folder is absent, damaged or not what the registry says
    |-- PromotionRefused        promotion asked for without the right to it
    |-- DowngradeRefused        an older schema was asked for that cannot hold what is stored
    |-- AlreadyRunning          another process holds this home
    |-- WorkerError             no worker took a run in time, or the run it took did not complete
    `-- PipelineError           a stage failed; its own last line is quoted

Anything else that escapes is a bug of ours and keeps its traceback.
"""


class EcomIntentError(Exception):
    """Base of all errors that are explained to a person in one line."""


class InputError(EcomIntentError):
    """A file or value is at fault: where, what was found, what is allowed, what to do."""

    def __init__(self, message: str, *, where: str) -> None:
        self.where = where
        super().__init__(f"{where}: {message}")


class TaxonomyError(InputError):
    """A label is not one of the intents in force."""

    def __init__(self, label: str, *, where: str, nearest: str | None = None) -> None:
        self.label, self.nearest = label, nearest
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"{label!r} is not one of the intents.{hint} Intents are changed with ecomintent taxonomy, not in data.",
            where=where,
        )


class ParamsError(InputError):
    """params.yaml is incomplete, mistyped or out of range."""


class SourceError(EcomIntentError):
    """A helpdesk or labelling tool refused, cannot be reached, or answers what it never should."""

    def __init__(self, message: str, *, where: str) -> None:
        self.where = where
        super().__init__(f"{where}: {message}")


class ValidationFailed(EcomIntentError):
    """A table as a whole breaks a critical expectation; the run stops before training."""


class EncoderError(EcomIntentError):
    """The base encoder is absent, damaged or cannot be reached."""


class ReleaseError(EcomIntentError):
    """A model folder is absent, damaged or not the one the registry recorded."""


class PromotionRefused(EcomIntentError):
    """Promotion was asked for without the right to it; the champion stays."""


class DowngradeRefused(EcomIntentError):
    """An older schema was asked for that cannot hold what is stored; nothing was moved."""


class AlreadyRunning(EcomIntentError):
    """Another process works in this home."""


class WorkerError(EcomIntentError):
    """No worker of a pool took a run in time, or the run it took did not complete."""


class PipelineError(EcomIntentError):
    """A dvc.yaml stage failed; the message ends with the stage's own last line."""
