"""The codes room: one-time codes that prove a phone or e-mail address."""

from django.apps import AppConfig


class CodesConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.codes"
    label = "codes"
