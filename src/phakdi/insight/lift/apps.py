"""The lift room: what a campaign really added."""

from django.apps import AppConfig


class LiftConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.lift"
    label = "lift"
