"""The evaluation: every forecast scored on past negotiations, and the track record made of it."""
