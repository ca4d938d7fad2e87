"""The engines: they know when things happen, and never what."""

#: The engines by name, and the module of each.
ENGINES = {"batch": "negsim.simulation.engines.batch", "reference": "negsim.simulation.engines.reference"}
