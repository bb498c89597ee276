"""Calling endpoints outside: only public addresses, never longer than ten seconds, never more than a few at once."""
