"""The points room: what points are given, used and owed."""

from django.apps import AppConfig


class PointsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.points"
    label = "points"
