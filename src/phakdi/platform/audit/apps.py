"""The audit room: who did what, in a chain."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.audit"
    label = "audit"
