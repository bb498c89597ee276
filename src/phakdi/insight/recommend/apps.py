"""The recommend room: what each member may want to buy again, and what new to them they may like."""

from django.apps import AppConfig


class RecommendConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.recommend"
    label = "recommend"
