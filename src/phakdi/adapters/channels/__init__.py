"""Channels to people: one module per provider, the registry that picks one, and the sender."""
