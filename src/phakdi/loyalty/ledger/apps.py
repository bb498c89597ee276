"""The ledger room: what members did and how their points moved."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.loyalty.ledger"
    label = "ledger"
