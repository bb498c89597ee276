"""The kpis room: figures of members and purchases, what they should be, and who is told when they are not."""

from django.apps import AppConfig


class KpisConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.kpis"
    label = "kpis"
