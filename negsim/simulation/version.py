"""The version of negsim: part of where every result comes from."""

__version__ = "0.2.0"
