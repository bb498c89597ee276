"""What a browser and a role are called."""

import re

from django import template
from django.utils.translation import gettext as _

from phakdi.web.roles import role_name

register = template.Library()

_BROWSERS = (
    ("LINE", r"\bLine/"),
    ("Edge", r"\bEdg"),
    ("Samsung Internet", r"SamsungBrowser"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrome|CriOS|Chromium"),
    ("Safari", r"Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac", "Mac OS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(agent: str) -> str:
    """Return a browser and its system in words, such as ``Chrome · Windows``."""
    found = [next((name for name, sign in signs if re.search(sign, agent)), "") for signs in (_BROWSERS, _SYSTEMS)]
    return " · ".join(each for each in found if each) or _("A browser")


@register.filter
def role(value: str) -> str:
    """Return what a role is called."""
    return role_name(value)
