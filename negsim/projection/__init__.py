"""The projection: many runs in chunks, results on disk, the result object, and the trace of one run."""
