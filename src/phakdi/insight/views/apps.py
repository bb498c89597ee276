"""The views room: saved views of reports, and the weekly summary."""

from django.apps import AppConfig


class ViewsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.views"
    label = "insight_views"
