"""EcomIntent: a support-ticket intent model that is retrained every month and released only on evidence."""

__version__ = "0.1.0"
