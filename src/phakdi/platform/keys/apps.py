"""The keys room: programs that call the API, what they may do, and what they were answered before."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.keys"
    label = "keys"
