"""The consents room: what each member agreed to, per purpose and channel."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.consents"
    label = "consents"
