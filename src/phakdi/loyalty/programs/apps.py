"""The programs room: versioned rules as documents."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.loyalty.programs"
    label = "programs"
