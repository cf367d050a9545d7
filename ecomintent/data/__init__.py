"""From a snapshot to training rows: validation, preparation, leakage."""
