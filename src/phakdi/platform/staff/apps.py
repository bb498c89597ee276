"""The staff room: people who sign in, for whom they work, and what they may do."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.staff"
    label = "staff"
