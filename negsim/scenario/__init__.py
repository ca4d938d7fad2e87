"""The scenario: what is assumed, its checks, its differences from others, its description and its schema."""
