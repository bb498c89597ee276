"""The members room: who is enrolled, and the ways by which we know them. Personal data stays here."""
