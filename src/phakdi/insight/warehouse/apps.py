"""The warehouse room: what happened, as plain tables."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.warehouse"
    label = "warehouse"
