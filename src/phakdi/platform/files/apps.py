"""The files room: what was uploaded or made to be downloaded, kept on disk with its digest."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.platform.files"
    label = "files"
