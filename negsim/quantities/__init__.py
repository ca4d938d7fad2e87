"""Quantities: numbers with units, dates known in part, distributions, parameters, expert judgement."""
