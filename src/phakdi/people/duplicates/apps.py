"""The duplicates room: members who may be one person."""

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.duplicates"
    label = "duplicates"
