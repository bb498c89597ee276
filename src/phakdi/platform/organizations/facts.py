"""What the organizations room tells afterwards."""

CREATED = "organization.created"
BRANDED = "organization.branded"  # data: {"fields"}
MODULE_SWITCHED = "organization.module_switched"  # data: {"module", "is_on"}
STORE_ADDED = "store.added"  # data: {"code"}
STORE_CHANGED = "store.changed"  # data: {"code", "fields"}
