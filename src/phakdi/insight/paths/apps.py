"""The paths room: where members go and where they are lost."""

from django.apps import AppConfig


class PathsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.paths"
    label = "paths"
