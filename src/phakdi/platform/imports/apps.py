"""The imports room."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Files that become members and activities: what was read, how far it is, what was refused."""

    name = "phakdi.platform.imports"
    label = "imports"
