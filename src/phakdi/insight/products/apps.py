"""The products room: what sells and what it brings."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.products"
    label = "products"
