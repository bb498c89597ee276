"""Outgoing webhooks: who outside is told of which facts, and how each telling went."""
