"""The requests room: what members ask about their data, and who was forgotten (PDPA B.E. 2562)."""
