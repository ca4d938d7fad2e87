"""The engines: they know when things happen, and never what."""
