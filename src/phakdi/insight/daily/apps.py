"""The daily room: what happened on each day, summed as it happens, so that a dashboard never reads whole tables."""

from django.apps import AppConfig


class DailyConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.daily"
    label = "daily"
