"""The connections room: accounts with outside services."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.connections"
    label = "connections"
