"""What talks of the past can tell of the numbers of a scenario."""
