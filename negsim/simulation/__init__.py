"""The simulation: a scenario as numbers, the rules of the model, the engines that call them, and the event log."""
