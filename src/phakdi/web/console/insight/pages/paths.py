"""Paths between touchpoints and what each touchpoint does (K27); the time from first to second purchase (K15)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from phakdi.insight.paths import expressions, looking, queries, refreshing
from phakdi.insight.paths.core.chains import BOUGHT, LOST, START
from phakdi.insight.paths.core.survival import Curve, Point
from phakdi.insight.paths.looking import GroupTimes, Move, Paths
from phakdi.insight.products.refreshing import today_of
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.wording import Reader
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages import asking
from phakdi.web.console.insight.pages.asking import SHOWN, kept_days
from phakdi.web.console.insight.pages.journeys import JOURNEY, step_name
from phakdi.web.console.insight.pages.products import PRODUCT
from phakdi.web.console.insight.report import Chart, Column, Filters, Report, Section, Table, Tile, write

PATHS, SECOND = "paths", "second-purchase"
FLOWS_MAX, NODE_GAP, HEIGHT, WIDTH, NODE = 14, 8.0, 360.0, 640.0, 10.0
LABEL_AT = 4.0
HOUR, DAY = 3600, 86_400
POINTS_MAX, DAYS_MAX = 40, 365


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show what follows what, and how much each touchpoint matters for a purchase."""
    del now
    title, lead = _("Paths"), _("What members do one after another, before they buy or leave again.")
    gap = refreshing.WEEK_SECONDS if filters.get("gap") == "week" else expressions.VISIT_SECONDS
    days, kept = kept_days(filters), None
    with organization_scope(desk.organization_id):
        if days is not None:
            kept = queries.find_paths(organization_id=desk.organization_id, days=days, gap_seconds=gap)
        as_of = queries.as_of(organization_id=desk.organization_id)
    first, end = filters.window.first, filters.window.last + timedelta(days=1)
    found = asking.asked(desk, kept, lambda house: looking.paths(house, first=first, end=end, gap_seconds=gap))
    if found is None or not (found.moves or found.direct):
        will_be = _("Here you will see what members do before they buy: visits, messages, signing in, points used.")
        return Report(title, lead, [], empty=asking.empty(will_be, filters), compares=False)
    reader = asking.reader_of(desk)
    is_week = gap == refreshing.WEEK_SECONDS
    links = [
        (report_url(PATHS, filters), _("Within a visit (30 minutes)")),
        (report_url(PATHS, filters, gap="week"), _("Within a week")),
    ]
    notice = (
        _("A path ends after seven days without anything, and with a purchase.")
        if is_week
        else _("A path ends after 30 minutes without anything, and with a purchase.")
    )
    sections = [
        Section(
            notice=notice, tiles=_tiles(found), links=links, template="console/insight/flows.html", context=_flows(found, reader)
        ),
        Section(_("Touchpoints"), tables=[_touches(found, reader)]),
        Section(_("What follows what"), tables=[_moves(found, reader)]),
    ]
    return Report(title, lead, sections, as_of=as_of, compares=False)


def second(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show how long members take from their first to their second purchase day."""
    del now
    title = _("First to second purchase")
    lead = _(
        "The step at which most members are lost. Members who have not bought again yet are counted as waiting, not left out."
    )
    with organization_scope(desk.organization_id):
        kept = queries.find_curve(organization_id=desk.organization_id)
        groups = {by: queries.find_groups(organization_id=desk.organization_id, by=by) for by in refreshing.GROUPS}
        as_of = queries.as_of(organization_id=desk.organization_id)
    curve = asking.asked(desk, kept, lambda house: looking.second_purchase(house, today=today_of(house)))
    if curve is None or not curve.members:
        will_be = _("Here you will see after how many days half of the newcomers buy again.")
        return Report(title, lead, [], empty=asking.empty(will_be, filters), ranges=False)
    reader = asking.reader_of(desk)
    section = Section(_("At a glance"), tiles=_times(curve), charts=[_curve(curve)], tables=[_curve_table(curve)])
    tables = [
        _groups("cohort", _("By month of the first purchase"), [(_month(each.group), "", each) for each in groups["cohort"] or []]),
        _groups(
            "store", _("By store of the first purchase"),
            [(reader.names.get(each.group, each.group) or _("nowhere"), "", each) for each in groups["store"] or []],
        ),
        _groups(
            "product", _("By first product"),
            [(each.group, report_url(PRODUCT, span="365", item=each.group), each) for each in groups["product"] or []],
        ),
    ]  # fmt: skip
    return Report(title, lead, [section, Section(_("Who comes again sooner"), tables=tables)], as_of=as_of, ranges=False)


# --- paths --------------------------------------------------------------------------------------------------------------


def touch_name(touch: str, reader: Reader) -> str:
    """Return what a touchpoint is called."""
    ends = {START: _("Beginning"), BOUGHT: _("Purchase"), LOST: _("Went away")}
    return ends.get(touch) or step_name(touch, reader)


def duration(seconds: float) -> str:
    """Write a time in minutes, hours or days, whichever is plain."""
    if seconds < HOUR:
        return _("%(count)s min") % {"count": f"{seconds / 60:,.0f}"}
    if seconds < 2 * DAY:
        return _("%(count)s hours") % {"count": f"{seconds / HOUR:,.1f}"}
    return _("%(count)s days") % {"count": f"{seconds / DAY:,.1f}"}


def _tiles(found: Paths) -> list[Tile]:
    bought = found.led + found.direct
    paths = sum(move.count for move in found.moves if move.one == START)
    return [
        Tile(_("Paths"), "share", write(paths, "count"), _("Paths with at least one touchpoint: something a member did, a message, a sign-in.")),
        Tile(
            _("End with a purchase"), "bag", write(found.led / paths if paths else None, "percent"),
            _("Paths whose last step is a purchase, of all paths with a touchpoint."), _("%(count)s paths") % {"count": f"{found.led:,}"},
        ),
        Tile(
            _("Bought straight away"), "till", write(found.direct / bought if bought else None, "percent"),
            _("Purchases without any touchpoint before them in the path, of all purchases."), _("%(count)s purchases") % {"count": f"{found.direct:,}"},
        ),
    ]  # fmt: skip


def _touches(found: Paths, reader: Reader) -> Table:
    firsts, lasts = (sum(getattr(each, name) for each in found.touches) for name in ("first", "last"))
    columns = [
        Column("touch", _("Touchpoint")),
        Column("steps", _("How often"), "count"),
        Column("effect", _("Fewer purchases without it"), "percent"),
        Column("share", _("Part of the whole"), "percent"),
        Column("first", _("Share as the first"), "percent"),
        Column("last", _("Share as the last"), "percent"),
    ]
    rows = [
        {
            "touch": touch_name(each.touch, reader),
            "steps": each.steps,
            "effect": each.effect,
            "share": each.share,
            "first": each.first / firsts if firsts else None,
            "last": each.last / lasts if lasts else None,
            "_url": _members_url(each.touch),
        }
        for each in found.touches
    ]
    note = _(
        "Fewer purchases without it: 1 − P(purchase without the touchpoint) / P(purchase) in a first-order Markov chain; the shares are these effects, made to add up to one whole. First and last: where paths with a purchase began and what came just before it. It is a description: what something adds only a campaign with members left out can show (K27)."
    )
    return Table("touches", _("What each touchpoint does"), columns, rows, note, _("No touchpoints in these days."))


def _members_url(touch: str) -> str:
    """Return where the members behind a touchpoint are: a funnel from it to a purchase; messages are told apart by template there."""
    if touch.startswith("message:"):
        return ""
    step = touch if touch in {"sign_in", "redeem"} else f"activity:{touch}"
    return report_url(JOURNEY, step1=step, step2="purchase", within="30", behind="1", how="took") + "#table-members"


def _moves(found: Paths, reader: Reader) -> Table:
    leaving: Counter[str] = Counter()
    for move in found.moves:
        leaving[move.one] += move.count
    columns = [
        Column("one", _("After")),
        Column("other", _("follows")),
        Column("count", _("How often"), "count"),
        Column("share", _("of all that follows"), "percent"),
        Column("time", _("Time between, on average")),
    ]
    rows = [
        {
            "one": touch_name(move.one, reader),
            "other": touch_name(move.other, reader),
            "count": move.count,
            "share": move.count / leaving[move.one],
            "time": None if move.one == START or move.other == LOST else duration(move.seconds / move.count),
        }
        for move in found.moves[: SHOWN * 2]
    ]
    return Table("moves", _("Steps"), columns, rows, empty=_("No touchpoints in these days."))


def _flows(found: Paths, reader: Reader) -> dict[str, Any]:
    """Return the largest moves as ribbons from the left to the right: boxes and curves in units of the picture."""
    moves = found.moves[:FLOWS_MAX]
    if not moves:
        return {}
    left, right = _boxes(moves, "one"), _boxes(moves, "other")
    scale = _scale(moves, max(len(left), len(right)))
    from_y, to_y = _stack(left, scale), _stack(right, scale)
    used: Counter[tuple[str, str]] = Counter()
    ribbons = []
    for move in moves:
        height = move.count * scale
        y1, y2 = from_y[move.one] + used["one", move.one] * scale, to_y[move.other] + used["other", move.other] * scale
        used["one", move.one] += move.count
        used["other", move.other] += move.count
        tone = "bought" if move.other == BOUGHT else "lost" if move.other == LOST else "touch"
        ribbons.append(
            {
                "path": _ribbon(y1, y2, height),
                "tone": tone,
                "says": f"{touch_name(move.one, reader)} › {touch_name(move.other, reader)}: {move.count:,}",
            }
        )
    boxes = [
        {"x": x, "y": y[name], "height": max(count * scale, 1), "label": f"{touch_name(name, reader)} {count:,}", "at": y[name] + count * scale / 2 + LABEL_AT, "side": side}
        for side, x, told, y in (("left", 0.0, left, from_y), ("right", WIDTH - NODE, right, to_y))
        for name, count in told.items()
    ]  # fmt: skip
    height = max(_height(left, scale), _height(right, scale))
    return {
        "ribbons": ribbons,
        "boxes": boxes,
        "width": round(WIDTH),
        "height": round(height),
        "shown": len(moves),
        "all": len(found.moves),
    }


def _boxes(moves: Sequence[Move], side: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for move in moves:
        counts[getattr(move, side)] += move.count
    return dict(counts.most_common())


def _scale(moves: Sequence[Move], boxes: int) -> float:
    return (HEIGHT - NODE_GAP * 2 * boxes) / sum(move.count for move in moves)


def _stack(boxes: dict[str, int], scale: float) -> dict[str, float]:
    found, y = {}, NODE_GAP
    for name, count in boxes.items():
        found[name] = y
        y += max(count * scale, NODE_GAP) + NODE_GAP
    return found


def _height(boxes: dict[str, int], scale: float) -> float:
    return NODE_GAP + sum(max(count * scale, NODE_GAP) + NODE_GAP for count in boxes.values())


def _ribbon(y1: float, y2: float, height: float) -> str:
    x1, x2, middle = NODE, WIDTH - NODE, WIDTH / 2
    return (
        f"M{x1:.0f} {y1:.1f}C{middle:.0f} {y1:.1f} {middle:.0f} {y2:.1f} {x2:.0f} {y2:.1f}"
        f"V{y2 + height:.1f}C{middle:.0f} {y2 + height:.1f} {middle:.0f} {y1 + height:.1f} {x1:.0f} {y1 + height:.1f}Z"
    )


# --- first to second purchase -------------------------------------------------------------------------------------------


def _times(curve: Curve) -> list[Tile]:
    tiles = [
        Tile(
            _("Median"), "clock",
            _("%(days)s days") % {"days": f"{curve.median_days:,}"} if curve.median_days is not None else "–",
            _("Days after which half of all first buyers have bought again (Kaplan and Meier). A dash while fewer than half have."),
            is_soft=curve.members < looking.GROUP_MIN,
        )
    ]  # fmt: skip
    how = _(
        "Share of first buyers who have bought on another day within %(days)s days, members who were not watched so long counted as waiting."
    )
    tiles += [
        Tile(
            _("Within %(days)s days") % {"days": days},
            "undo",
            write(curve.happened_within(days), "percent"),
            how % {"days": days},
        )
        for days in looking.WITHIN
    ]
    tiles.append(
        Tile(
            _("First buyers"), "people", write(curve.members, "count"), _("All members with a purchase."),
            _("%(count)s have bought again") % {"count": f"{curve.happened:,}"},
            url=report_url(JOURNEY, span="365", step1="first_purchase", step2="purchase"),
        )
    )  # fmt: skip
    return tiles


def _sampled(curve: Curve) -> list[Point]:
    """Return so many points of the curve that they can be drawn, those within a year."""
    points = [point for point in curve.points if point.days <= DAYS_MAX]
    last = points[-1].days if points else 0
    wanted = sorted({round(last * number / POINTS_MAX) for number in range(POINTS_MAX + 1)})
    found, start = [], Point(0, 1.0, 1.0, 1.0)
    for days in wanted:
        at = next((point for point in reversed(points) if point.days <= days), start)
        found.append(Point(days, at.share, at.low, at.high))
    return found


def _curve(curve: Curve) -> Chart:
    series = [_("Not bought again yet"), _("at least"), _("at most")]
    rows = [(str(point.days), point.share, point.low, point.high) for point in _sampled(curve)]
    note = _(
        "Days after the first purchase, and the share that has not bought again yet; the ground is where it lies 95 times in 100."
    )
    return Chart("curve", _("Who has not bought again yet"), "band", series, rows, "percent", note)


def _curve_table(curve: Curve) -> Table:
    columns = [
        Column("days", _("After days"), "count"),
        Column("share", _("Not bought again yet"), "percent"),
        Column("low", _("at least"), "percent"),
        Column("high", _("at most"), "percent"),
    ]
    wanted = [7, 14, 30, 60, 90, 180, 365]
    points = {
        days: next((point for point in reversed(curve.points) if point.days <= days), Point(0, 1.0, 1.0, 1.0))
        for days in wanted
        if days <= curve.watched_days
    }
    rows = [{"days": days, "share": at.share, "low": at.low, "high": at.high} for days, at in points.items()]
    return Table("curve", _("The curve in numbers"), columns, rows)


def _groups(key: str, title: str, told: Sequence[tuple[str, str, GroupTimes]]) -> Table:
    columns = [
        Column("group", {"cohort": _("Month"), "store": _("Store"), "product": _("Product")}[key]),
        Column("members", _("First buyers"), "count"),
        Column("happened", _("Bought again"), "count"),
        Column("median", _("Median days"), "count"),
        *[Column(f"within-{days}", _("Within %(days)s days") % {"days": days}, "percent") for days in looking.WITHIN],
    ]
    rows = [
        {"group": name, "members": each.members, "happened": each.happened, "median": each.median_days, "_url": url}
        | {f"within-{days}": share for days, share in zip(looking.WITHIN, each.within, strict=True)}
        for name, url, each in told[:SHOWN]
    ]
    note = _("A dash: nobody was watched for so long, or fewer than half have bought again. Fewer than %(least)s members are too few to compare.") % {
        "least": looking.GROUP_MIN
    }  # fmt: skip
    return Table(key, title, columns, rows, note, _("Nothing yet."))


def _month(text: str) -> str:
    return write(date(int(text[:4]), int(text[4:]), 1), "month") if text.isdigit() else text
