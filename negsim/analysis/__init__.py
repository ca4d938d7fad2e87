"""Questions to a set of runs, one a file: tables in, tables out.

Nothing here knows how an engine works or how a picture is drawn.
"""
