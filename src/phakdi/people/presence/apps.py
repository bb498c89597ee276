"""The presence room: members' browsers and what they have read."""

from django.apps import AppConfig


class PresenceConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.presence"
    label = "presence"
