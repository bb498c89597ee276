"""The surveys room: what members are asked, and what they answer."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.care.surveys"
    label = "surveys"
