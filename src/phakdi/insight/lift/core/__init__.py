"""Deciding who is left out, and what the others did more."""
