"""The outbox room: facts, jobs and the schedule."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.outbox"
    label = "outbox"
