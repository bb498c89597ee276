"""The traits room: what models expect of a member."""

from django.apps import AppConfig


class TraitsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.traits"
    label = "traits"
