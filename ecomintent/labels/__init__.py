"""Where labels come from and whether they may be used: reading, provenance, quarantine."""
