"""How figures, money, days and instants are written for the reader."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from phakdi.kit.money import format_money
from phakdi.kit.text import pick
from phakdi.kit.thai import display_phone, format_date, format_datetime
from phakdi.web.console.navigation import menu
from phakdi.web.naming import shown_ref
from phakdi.web.words import language

register = template.Library()


@register.filter
def figure(value: Any) -> str:
    """Write a whole number with thousands marks."""
    return "" if value is None or value == "" else f"{int(value):,}"


@register.filter
def signed(value: int) -> str:
    """Write a whole number with its sign and thousands marks."""
    return f"+{value:,}" if value > 0 else f"−{-value:,}" if value < 0 else "0"


@register.filter
def money(minor: int | None, currency: str = "THB") -> str:
    """Write an amount in minor units."""
    return "" if minor is None else format_money(int(minor), currency or "THB", language())


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day; in Thai with the year of the Buddhist era."""
    if value is None or value == "":
        return ""
    return format_date(timezone.localtime(value).date() if isinstance(value, datetime) else value, language())


@register.filter
def moment(value: datetime | None) -> str:
    """Write an instant as it reads in the organization's time zone."""
    if value is None or value == "":
        return ""
    return format_datetime(value, language(), zone=timezone.get_current_timezone())


@register.filter
def phone(value: str) -> str:
    """Write a phone number as people at home read it."""
    return display_phone(value) if value else ""


@register.filter
def text(value: Any) -> str:
    """Pick the reader's language of a text that is written in several."""
    return pick(value, language())


@register.filter
def ref(value: str) -> str:
    """Write a receipt's number; nothing for names that we gave by ourselves."""
    return shown_ref(value)


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return what a mapping holds under the key, or nothing."""
    return mapping.get(key, "") if mapping else ""


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the query of this page with some of its values changed; an empty value takes one away."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return SafeString("?" + values.urlencode().replace("&", "&amp;"))


@register.inclusion_tag("parts/field.html")
def field(bound: Any, kind: str = "") -> dict[str, Any]:
    """Show a form's field with its label, help and what is wrong with it; ``kind`` is a class of its input."""
    described = [f"{bound.id_for_label}-help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.id_for_label}-error")
    attributes = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if kind:
        attributes["class"] = kind
    is_check = getattr(bound.field.widget, "input_type", "") == "checkbox"
    return {"bound": bound, "widget": bound.as_widget(attrs=attributes), "is_check": is_check}


@register.simple_tag(takes_context=True)
def console_menu(context: template.Context) -> list[tuple[str, str, bool]]:
    """Return the console's menu for whoever looks at the page."""
    match = context["request"].resolver_match
    return menu(context["desk"], match.url_name if match else "")
