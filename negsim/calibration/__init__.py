"""Calibration: the numbers of a scenario from records of talks, each a distribution with its source.

Partial pooling where there is a likelihood (`partial`, `evidence`, `fitting`), simulation where there is none
(`patience`). What comes out is an ordinary scenario: of a record or an agenda alone (`record_scenario`), or somebody's
own with the numbers put in (`template`). `simulated` plays the former, so that the backtest can score it.
"""
