"""What the organizations room tells afterwards."""

CREATED = "organization.created"
STORE_ADDED = "store.added"  # data: {"code"}
STORE_CHANGED = "store.changed"  # data: {"code", "fields"}
