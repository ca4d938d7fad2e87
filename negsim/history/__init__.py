"""Talks of the past: what is on record, how they stood on any day, and how well forecasts of them would have done.

`load` reads a folder of histories, `state` says how talks stood on a day without looking ahead, `known_by` cuts a
record off. Nothing here knows the model of concession: the record is what the model is to be held against.
"""

from negsim.history.load import load
from negsim.history.negotiations import Histories, Issue, Meeting, State, Talks, Target, known_by, state

__all__ = ["Histories", "Issue", "Meeting", "State", "Talks", "Target", "known_by", "load", "state"]
