"""Experiments: comparisons, sweeps, sensitivity, scenario discovery and explanations."""
