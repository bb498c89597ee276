"""The members room: people enrolled, and the ways by which we know them."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.members"
    label = "members"
