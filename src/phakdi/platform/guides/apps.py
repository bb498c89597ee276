"""The guides room: how an installation gets its first organization, and how an organization finds its feet."""

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.guides"
    label = "guides"
