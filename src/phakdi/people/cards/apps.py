"""The cards room: rotating codes that members show, and invitations."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.people.cards"
    label = "cards"
