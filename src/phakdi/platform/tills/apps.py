"""The tills room: devices at the counter, and the bills that they kept."""

from django.apps import AppConfig


class TillsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.tills"
    label = "tills"
