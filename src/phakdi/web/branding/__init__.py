"""Each organization's own look on every page that is about it."""
