"""The forecast room: what members, sales, purchases, points and NPS will probably be."""

from django.apps import AppConfig


class ForecastConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.forecast"
    label = "forecast"
