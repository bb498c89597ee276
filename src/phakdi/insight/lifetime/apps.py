"""The lifetime room: how members buy and leave, and what is to be expected of each."""

from django.apps import AppConfig


class LifetimeConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.lifetime"
    label = "lifetime"
