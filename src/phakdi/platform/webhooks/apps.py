"""The webhooks room: endpoints of an organization, what they are told, and each try to tell it."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.webhooks"
    label = "webhooks"
