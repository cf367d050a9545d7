"""Statistics, verdict and review page. No I/O, no switch to turn it off."""
