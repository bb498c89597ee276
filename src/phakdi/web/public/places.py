"""Stores as everybody may see them: where they are, whether they are open now, and the way there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from phakdi.kit.thai.dates import format_date
from phakdi.platform.organizations.core.places import DAYS, MIDNIGHT, is_open, next_change
from phakdi.platform.organizations.models import Store
from phakdi.web.middleware import POLICY
from phakdi.web.public.mapping import Point

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoreShown:
    """A store for its readers."""

    number: int
    code: str
    name: str
    area: str
    address: str
    phone: str
    note: str
    hours: tuple[tuple[str, str, bool], ...]  # weekday, times, whether it is today
    is_open: bool
    change: str
    point: Point | None

    @property
    def map_link(self) -> str:
        """Where map applications show the store."""
        where = f"{self.point.latitude},{self.point.longitude}" if self.point else f"{self.name} {self.address}"
        return f"https://www.google.com/maps/search/?api=1&query={quote(where)}"


def show_stores(stores: Sequence[Store], *, language: str, now: datetime) -> list[StoreShown]:
    """Return stores for readers of a language; ``now`` is local to the organization."""
    return [_show(number, store, language, now) for number, store in enumerate(stores, start=1)]


def points_of(shown: Sequence[StoreShown]) -> list[Point]:
    """Return those that are somewhere."""
    return [store.point for store in shown if store.point]


def map_context(points: Sequence[Point]) -> dict[str, Any]:
    """Return what a page needs for its map: with tiles where the installation has any."""
    marks = [{"n": p.number, "name": p.name, "at": [p.latitude, p.longitude], "to": f"#{p.anchor}"} for p in points]
    return {"marks": marks, "tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION}


def let_tiles_in(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the page's policy load pictures from where the installation's tiles come, and from nowhere else."""
    tiles = urlsplit(settings.MAP_TILES.replace("{s}.", "*."))
    if tiles.netloc:
        policy = POLICY.format(nonce=request.csp_nonce)  # type: ignore[attr-defined]  # given by our middleware
        response.headers["Content-Security-Policy"] = policy.replace(
            "img-src 'self'", f"img-src 'self' {tiles.scheme}://{tiles.netloc}"
        )
    return response


def _show(number: int, store: Store, language: str, now: datetime) -> StoreShown:
    name = store.name_in(language)
    has_place = store.latitude is not None and store.longitude is not None
    point = (
        Point(number, name, f"store-{store.code}", float(store.latitude or 0), float(store.longitude or 0)) if has_place else None
    )
    return StoreShown(
        number=number,
        code=store.code,
        name=name,
        area=store.area,
        address=store.address,
        phone=store.phone,
        note=store.opening_hours,
        hours=tuple(_week(store.hours, now, language)),
        is_open=is_open(store.hours, now),
        change=_change(store.hours, now, language),
        point=point,
    )


def _week(hours: dict[str, list[str]], now: datetime, language: str) -> list[tuple[str, str, bool]]:
    if not hours:
        return []
    monday = now.date() - timedelta(days=now.weekday())
    found = []
    for number, day in enumerate(DAYS):
        times = hours.get(day)
        name = format_date(monday + number * DAY, language, "full").split(" ")[0].removeprefix("วัน").rstrip(",")
        name = name.removesuffix("ที่") if language == "th" else name
        found.append((name, "–".join(times) if times else _("closed all day"), number == now.weekday()))
    return found


def _change(hours: dict[str, list[str]], now: datetime, language: str) -> str:
    moment = next_change(hours, now)
    if moment is None:
        return ""
    clock = moment.strftime("%H:%M")
    if is_open(hours, now):
        return _("open until %(time)s") % {"time": MIDNIGHT if clock == "00:00" else clock}
    if moment.date() == now.date():
        return _("opens at %(time)s") % {"time": clock}
    if moment.date() == now.date() + DAY:
        return _("opens tomorrow at %(time)s") % {"time": clock}
    return _("opens %(day)s at %(time)s") % {"day": format_date(moment.date(), language, "medium"), "time": clock}
