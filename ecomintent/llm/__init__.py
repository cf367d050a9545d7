"""Asking a large language model the same question: what goes out, what its answer means, what it came to. No I/O."""
