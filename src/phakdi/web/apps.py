"""The faces: portal, counter, console and what they share."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages that people see."""

    name = "phakdi.web"
    label = "web"
