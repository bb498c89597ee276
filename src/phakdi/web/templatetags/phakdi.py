"""How figures, money, days and instants are written for the reader, and the parts that pages are put together from."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from phakdi.kit.money import format_money
from phakdi.kit.text import pick
from phakdi.kit.thai import display_phone, format_date, format_datetime
from phakdi.web import charts
from phakdi.web.console.navigation import Group, menu
from phakdi.web.icons import draw
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
def console_menu(context: template.Context) -> list[Group]:
    """Return the console's menu for whoever looks at the page."""
    match = context["request"].resolver_match
    return menu(context["desk"], match.url_name if match else "")


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Draw an icon that says nothing to screen readers: the words stand beside it. ``kind``: small or large."""
    return SafeString(draw(name, kind))


@register.filter
def initials(name: str) -> str:
    """Return the letters that stand for somebody: of the first and last word, in Thai the first consonants."""
    words = [word.lstrip("เแโใไ") or word for word in str(name).split()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


@register.inclusion_tag("parts/avatar.html")
def avatar(name: str, kind: str = "") -> dict[str, Any]:
    """Show somebody's initials in a color that stays theirs. ``kind``: small or large."""
    return {"name": name, "kind": kind, "tone": sum(name.encode()) % 6 + 1}


@register.inclusion_tag("parts/ring.html")
def ring(percent: float, label: str, text: str = "", kind: str = "") -> dict[str, Any]:
    """Draw how far something has come, 0 to 100; ``label`` says it to those who do not see it."""
    filled = round(min(max(float(percent), 0), 100), 1)
    return {"filled": filled, "label": label, "text": text or f"{filled:.0f}%", "kind": kind}


@register.inclusion_tag("parts/stamps.html")
def stamps(have: int, size: int) -> dict[str, Any]:
    """Draw a stamp card with ``have`` of its ``size`` places stamped."""
    return {"have": min(int(have), int(size)), "size": int(size), "places": range(1, int(size) + 1)}


@register.inclusion_tag("parts/chart.html")
def line_chart(rows: Iterable[charts.Row], title: str, series: str = "", currency: str = "") -> dict[str, Any]:
    """Draw rows such as ``("3 Nov", 120)`` as a line; ``series`` names the numbers ("Now|Before"), ``currency`` makes them money."""
    labels, columns = charts.read_rows(rows)
    return _chart(charts.line_chart(labels, columns), labels, columns, title, series, currency)


@register.inclusion_tag("parts/chart.html")
def bar_chart(rows: Iterable[charts.Row], title: str, series: str = "", currency: str = "") -> dict[str, Any]:
    """Draw rows as bars; else as `line_chart`."""
    labels, columns = charts.read_rows(rows)
    return _chart(charts.bar_chart(labels, columns), labels, columns, title, series, currency)


@register.inclusion_tag("parts/spark.html")
def sparkline(values: Iterable[float], label: str) -> dict[str, Any]:
    """Draw numbers as a small line without words; ``label`` says what it shows."""
    return {"line": charts.spark_line([float(value) for value in values]), "label": label}


def _chart(
    chart: charts.Chart,
    labels: Sequence[str],
    columns: Sequence[Sequence[float]],
    title: str,
    series: str,
    currency: str,
) -> dict[str, Any]:
    def write(value: float) -> str:
        if currency:
            return money(round(value), currency)
        return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"

    most = max(columns[0], default=0) if columns else 0
    summary = _("%(title)s: highest %(most)s, latest %(last)s") % {
        "title": title,
        "most": write(most),
        "last": write(columns[0][-1]) if columns else write(0),
    }
    return {
        "chart": chart,
        "title": title,
        "series": series.split("|") if series else [title],
        "scale": [write(value) for value in chart.scale],
        "summary": summary,
        "table": [(label, [write(column[at]) for column in columns]) for at, label in enumerate(labels)],
    }
