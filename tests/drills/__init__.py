"""Fault drills: what is broken on purpose, what is expected then, and what was seen. `make drills` runs them all."""
