"""Links from one report to another that keep what was asked for."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from phakdi.web.console.insight.filters import Filters

FILTERS = ("span", "from", "to", "compare", "store", "channel", "level", "segment")


def report_url(key: str, filters: Filters | None = None, **told: Any) -> str:
    """Return the address of a report: the same days and filters as ``filters``, with some set; None takes one away."""
    query = {name: filters.told[name] for name in FILTERS if filters.told.get(name)} if filters else {}
    query |= told
    written = urlencode({name: value for name, value in query.items() if value is not None and value != ""})
    return reverse("web:insight_report", args=[key]) + (f"?{written}" if written else "")
