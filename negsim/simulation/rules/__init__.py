"""The model: compiled functions over numbers and one run's state. They know what happens, and never when."""
