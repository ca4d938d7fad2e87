"""Speed, memory, and tests of the tests: one command each, run as ``python -m benchmarks.NAME``."""
