"""The organizations room: whose data it is, and their places of business."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.organizations"
    label = "organizations"
