"""The requests room: what members ask about their data, and who was forgotten."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.requests"
    label = "requests"
