"""The messaging room: messages to members and their delivery."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.engagement.messaging"
    label = "messaging"
