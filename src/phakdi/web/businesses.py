"""What kinds of business are called, and how they are drawn."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.flows.sign_up import Business

BUSINESSES: Mapping[Business, tuple[str | Promise, str]] = {
    Business.CAFE: (_("Café, bakery, drinks"), "cup"),
    Business.RESTAURANT: (_("Restaurant"), "plate"),
    Business.SALON: (_("Salon, spa, barber"), "scissors"),
    Business.RETAIL: (_("Retail shop"), "bag"),
    Business.CLINIC: (_("Clinic, pharmacy"), "heart"),
    Business.FUEL: (_("Petrol station"), "fuel"),
    Business.HOTEL: (_("Hotel, resort"), "bed"),
    Business.OTHER: (_("Something else"), "store"),
}


def business_name(business: str) -> str:
    """Return what a kind of business is called."""
    return str(BUSINESSES[Business(business)][0])


def business_icon(business: str) -> str:
    """Return the name of the icon of a kind of business."""
    return BUSINESSES[Business(business)][1]
