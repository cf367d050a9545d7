"""What watches a champion: drift, corrections, the audit, each with its bound; what follows. No clock, no file."""
