"""The command line: one verb for each thing a person does, and no knob that params.yaml has."""

from ecomintent.cli.entry import main

__all__ = ["main"]
