"""How members go from one step to the next, and where they are lost (K14, K15, K26)."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from phakdi.insight.paths import expressions, looking, queries, refreshing
from phakdi.insight.paths.core.funnels import (
    ACTIVITY,
    FIRST_PURCHASE,
    JOINED,
    LEVEL,
    MESSAGE,
    PURCHASE,
    REDEEM,
    SIGN_IN,
    STEPS_MAX,
    STEPS_MIN,
    USUAL,
    WINDOW_DAYS,
    WINDOW_MAX,
    Funnel,
    StepFigures,
    is_step,
)
from phakdi.insight.paths.looking import Lost, Rates
from phakdi.insight.products.refreshing import today_of
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.wording import Reader
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages import asking
from phakdi.web.console.insight.pages.asking import MEMBERS_MAX, SHOWN, kept_days, scope_of
from phakdi.web.console.insight.report import Chart, Column, Filters, Report, Section, Table, Tile, write

JOURNEY = "journey"
NARROWS = ("store", "level", "segment")
PLAIN = {
    JOINED: gettext_lazy("Signed up"),
    FIRST_PURCHASE: gettext_lazy("First purchase ever"),
    PURCHASE: gettext_lazy("Purchase"),
    REDEEM: gettext_lazy("Used points"),
    SIGN_IN: gettext_lazy("Signed in"),
}
HOW = ("took", "lost", "open")


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show a funnel of steps that can be chosen, the members behind each, who came back, and where members are lost."""
    del now
    title, lead = _("Journey"), _("How many members take each step, how long it takes them, and where they are lost.")
    asked = read_funnel(filters)
    days, kept = kept_days(filters), None
    organization_id = desk.organization_id
    with organization_scope(organization_id):
        choices = queries.choices(organization_id=organization_id)
        if days is not None and asked == Funnel():
            kept = queries.find_funnel(organization_id=organization_id, days=days)
        told = None if days is None else queries.find_rates(organization_id=organization_id, days=days)
        lost = queries.find_lost(organization_id=organization_id)
        as_of = queries.as_of(organization_id=organization_id)
    steps = asking.asked(desk, kept, lambda house: _ask(house, asked, filters))
    if steps is None:
        will_be = _("Here you will see how many members buy a first, a second and a third time, and where they are lost.")
        return Report(title, lead, [], empty=asking.empty(will_be, filters), narrows=NARROWS, compares=False)
    reader = asking.reader_of(desk)
    sections = [_funnel(filters, asked, steps, reader, choices)]
    if filters.get("behind").isdigit():
        sections.append(_behind(desk, filters, asked, reader))
    if told is not None:
        sections.append(_rates(told, choices["lapse_days"]))
    if lost and not filters.dimension[0]:
        sections.append(_lost(lost, reader, choices["lapse_days"]))
    return Report(title, lead, sections, as_of=as_of, narrows=NARROWS, compares=False)


def read_funnel(filters: Filters) -> Funnel:
    """Return the funnel that the query tells; the usual one where it tells none, or too few steps."""
    steps = [filters.get(f"step{number}") for number in range(1, STEPS_MAX + 1)]
    told = tuple(step[:120] for step in steps if is_step(step[:120]))
    window = filters.get("within")
    days = int(window) if window.isdecimal() and 1 <= int(window[:6]) <= WINDOW_MAX else WINDOW_DAYS
    return Funnel(told if len(told) >= STEPS_MIN else USUAL, days)


def step_name(step: str, reader: Reader) -> str:
    """Return what a step is called."""
    if step in PLAIN:
        return str(PLAIN[step])
    for kind, words in ((LEVEL, _("Level %(name)s")), (MESSAGE, _("Message %(name)s")), (ACTIVITY, "%(name)s")):
        if step.startswith(kind):
            key = step.removeprefix(kind)
            return words % {"name": reader.names.get(key, key)}
    return reader.names.get(step, step)


def step_names(funnel: Funnel, reader: Reader) -> list[str]:
    """Return the names of a funnel's steps; a step that stands in it again says which time it is."""
    found, seen = [], Counter[str]()
    for step in funnel.steps:
        seen[step] += 1
        name = step_name(step, reader)
        found.append(
            name if funnel.steps.count(step) == 1 else _("%(name)s, no. %(number)s") % {"name": name, "number": seen[step]}
        )
    return found


# --- parts --------------------------------------------------------------------------------------------------------------


def _span(filters: Filters) -> dict[str, Any]:
    return {"first": filters.window.first, "end": filters.window.last + timedelta(days=1)}


def _narrowed(warehouse: Warehouse, filters: Filters) -> Any:
    scope = scope_of(filters)
    return expressions.narrowed(warehouse, level=scope.level, segment=scope.segment, store=scope.store)


def _ask(warehouse: Warehouse, asked: Funnel, filters: Filters) -> list[StepFigures]:
    return looking.funnel(warehouse, asked, **_span(filters), today=today_of(warehouse), members=_narrowed(warehouse, filters))


def _told(asked: Funnel) -> dict[str, str]:
    if asked == Funnel():
        return {}
    return {f"step{number}": step for number, step in enumerate(asked.steps, 1)} | {"within": str(asked.window_days)}


def _funnel(filters: Filters, asked: Funnel, steps: list[StepFigures], reader: Reader, choices: Mapping[str, Any]) -> Section:
    names, told = step_names(asked, reader), _told(asked)

    def behind(number: int, how: str) -> str:
        return report_url(JOURNEY, filters, **told, behind=str(number), how=how) + "#table-members"

    rows = [
        {
            "step": name,
            "members": step.members,
            "before": step.of_before if number > 1 else None,
            "first": step.of_first,
            "lost": step.lost if number > 1 else None,
            "open": step.open if number > 1 else None,
            "median": step.median_days if number > 1 else None,
            "_urls": {"members": behind(number, "took")}
            | ({"lost": behind(number, "lost"), "open": behind(number, "open")} if number > 1 else {}),
        }
        for number, (name, step) in enumerate(zip(names, steps, strict=True), 1)
    ]
    columns = [
        Column("step", _("Step")),
        Column("members", _("Members"), "count"),
        Column("before", _("of the step before"), "percent"),
        Column("first", _("of the first step"), "percent"),
        Column("lost", _("Lost before it"), "count"),
        Column("open", _("Still have time"), "count"),
        Column("median", _("Median days from the first"), "decimal"),
    ]
    note = _(
        "Members whose first step was in these days, each once. A step counts when it is later than the one before and within %(days)s days of the first. Who has not taken it and still has time is not lost. The median is over members who took the step (K26)."
    ) % {"days": asked.window_days}
    chart = Chart(
        "funnel",
        _("Steps"),
        "funnel",
        [_("Members")],
        [(name, step.members) for name, step in zip(names, steps, strict=True)],
        urls=[behind(number, "took") for number in range(1, len(steps) + 1)],
    )
    context = {"steps": _builder(asked, reader, choices), "within": asked.window_days, "most": WINDOW_MAX, "kept": _kept(filters)}
    return Section(
        _("Step by step"),
        charts=[chart],
        tables=[Table("funnel", _("In numbers"), columns, rows, note)],
        template="console/insight/funnel_builder.html",
        context=context,
    )


def _builder(asked: Funnel, reader: Reader, choices: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of the form: for each step what can be chosen, and what is."""
    groups = [
        (_("Usual"), [(step, str(words)) for step, words in PLAIN.items()]),
        (_("Levels"), [(LEVEL + level, step_name(LEVEL + level, reader)) for level in choices["levels"]]),
        (_("Activities"), [(ACTIVITY + kind, step_name(ACTIVITY + kind, reader)) for kind in choices["kinds"]]),
        (_("Messages"), [(MESSAGE + template, step_name(MESSAGE + template, reader)) for template in choices["templates"]]),
    ]
    known = {value for _group, options in groups for value, _name in options}
    more = [(step, step_name(step, reader)) for step in asked.steps if step not in known]
    groups = [(group, options) for group, options in [*groups, (_("Chosen"), more)] if options]
    return [
        {"number": number, "value": asked.steps[number - 1] if number <= len(asked.steps) else "", "groups": groups}
        for number in range(1, STEPS_MAX + 1)
    ]


def _kept(filters: Filters) -> list[tuple[str, str]]:
    names = ("span", "from", "to", "compare", "store", "level", "segment")
    return [(name, filters.told[name]) for name in names if filters.told.get(name)]


def _behind(desk: Desk, filters: Filters, asked: Funnel, reader: Reader) -> Section:
    """Show the members who took a step, who are lost before it, or who still have time."""
    warehouse = asking.find_warehouse(desk)
    step = min(max(int(filters.get("behind")[:2]), 1), len(asked.steps))
    how = filters.get("how") if filters.get("how") in HOW else HOW[0]
    is_whole = bool(filters.get("export"))
    rows = []
    if warehouse is not None:
        asked_for = expressions.members_at(
            warehouse, asked, **_span(filters), today=today_of(warehouse), step=step, how=how,
            limit=MEMBERS_MAX if is_whole else SHOWN + 1, members=_narrowed(warehouse, filters),
        )  # fmt: skip
        names = step_names(asked, reader)
        rows = [row | {"reached": names[row["last"] - 1]} for row in warehouse.rows(asked_for)]
    title = {
        "took": _("Who took the step: %(step)s"),
        "lost": _("Lost before the step: %(step)s"),
        "open": _("Still have time for the step: %(step)s"),
    }[how] % {"step": step_names(asked, reader)[step - 1]}
    columns = [Column("day", _("First step"), "date"), Column("reached", _("Came as far as"))]
    return Section(_("Members"), tables=[asking.members_table(desk, title, columns, rows, is_whole=is_whole)])


def _rates(told: Rates, lapse_days: int) -> Section:
    back, referral = told.back, told.referral
    tiles = [
        Tile(
            _("Came back"), "undo", write(back.value, "percent"),
            _("Members who had not bought for more than %(days)s days when the time began, and bought in it (K15).") % {"days": lapse_days},
            _("%(part)s of %(all)s") % {"part": f"{back.part:,}", "all": f"{back.whole:,}"}, is_soft=back.whole < looking.GROUP_MIN,
        ),
        Tile(
            _("Brought by others"), "invite", write(referral.joined, "count"),
            _("Members who joined in these days on another's invitation (K14)."),
            _("%(kept)s of them with a first purchase older than %(days)s days") % {"kept": f"{referral.qualified:,}", "days": refreshing.KEPT_DAYS},
        ),
        Tile(
            _("Brought per member"), "people", write(referral.per_member, "decimal") if referral.per_member is None else f"{float(referral.per_member):.4f}",
            _("Members who were brought in these days, by all members now (k, K14)."),
        ),
        Tile(
            _("Joined of invited"), "invite", write(referral.joined_share, "percent"),
            _("Joined by invitation / invitations. A dash where invitations are not reported: report an activity “refer” for each."),
        ),
        Tile(
            _("Shared"), "share", write(told.shared.value if told.shared else None, "percent"),
            _("Members who shared something, of members who bought. A dash until “share” activities are reported (K37)."),
        ),
        Tile(_("Reviews"), "edit", write(told.reviews, "count"), _("Reviews that were reported in these days. A dash until some are.")),
    ]  # fmt: skip
    return Section(_("Coming back and bringing others"), tiles=tiles)


def _lost(lost: list[Lost], reader: Reader, lapse_days: int) -> Section:
    lapsed, others = sum(each.lapsed for each in lost), sum(each.others for each in lost)
    rows = [
        {
            "kind": reader.names.get(each.kind, each.kind),
            "store": reader.names.get(each.store, each.store) or None,
            "channel": each.channel or None,
            "lapsed": each.lapsed,
            "share": each.lapsed / lapsed if lapsed else None,
            "others": each.others / others if others else None,
        }
        for each in lost[:SHOWN]
    ]
    columns = [
        Column("kind", _("Did last")),
        Column("store", _("Store")),
        Column("channel", _("Channel")),
        Column("lapsed", _("Lapsed members"), "count"),
        Column("share", _("of the lapsed"), "percent"),
        Column("others", _("of the others"), "percent"),
    ]
    note = _(
        "Members who have bought, but not for more than %(days)s days: what they did last and where. Beside them the members who still buy. A place with a larger share of the lapsed than of the others is where to look."
    ) % {"days": lapse_days}
    return Section(_("Where members are lost"), tables=[Table("lost", _("The last thing they did"), columns, rows, note)])
