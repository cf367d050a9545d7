"""Doubtful labels and agents of one home: its store, its base corpus, its params."""

from ecomintent import params
from ecomintent.adapters import holding, tables
from ecomintent.adapters.system import System
from ecomintent.data import label_issues
from ecomintent.data.corpus import read_corpus
from ecomintent.data.held_out import Labelled
from ecomintent.data.label_issues import AgentQuality, Issue
from ecomintent.params import PrepareParams
from ecomintent.params_labels import LabelsParams


def issues(system: System) -> list[Issue]:
    """The labels that train, the most doubtful first; those that are held would mislead the model that judges."""
    return label_issues.issues(holding.now(system).trains, _corpus(system), _weights(system), _settings(system))


def agents(system: System) -> list[AgentQuality]:
    """Every agent of the store, held labels included: they are what an agent did."""
    every, trains = system.labels.corrections(), holding.now(system).trains
    return label_issues.agents(every, trains, _corpus(system), _weights(system), _settings(system))


def _corpus(system: System) -> list[Labelled]:
    """The home's base corpus; the starter corpus where it has none, as a retrain would."""
    path = system.corpus.path() or tables.sample(system, "starter")
    rows, _ = read_corpus(path, source_map=None)
    return [Labelled(text=row.text, intent=row.intent) for row in rows]


def _weights(system: System) -> dict[str, float]:
    return params.section(system.settings.params, "prepare", into=PrepareParams).provenance_weights


def _settings(system: System) -> LabelsParams:
    return params.section(system.settings.params, "labels", into=LabelsParams)
