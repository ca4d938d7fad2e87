"""Files: YAML and CSV with the place of every value, models that report all mistakes at once, files written whole."""
