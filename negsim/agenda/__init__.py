"""The agenda: issues, demands, statuses, rounds and citations on record, their checks, and the board of any day."""
