"""The engine room: the one transition function and the state it works on."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.loyalty.engine"
    label = "engine"
