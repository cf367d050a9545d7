"""Benchmarks and measurements: they print tables for docs/, and prove nothing by passing."""
