"""What members did one thing after another, from the warehouse: expressions that run on DuckDB and Spark alike.

Things are ordered by program day and, within it, by the clock. What is known by its day only comes before (joining) or after
(levels, points used at a till) everything else of the day. The order is one number: `DAY` for each day.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from phakdi.insight.paths.core.chains import BOUGHT, LOST, START
from phakdi.insight.paths.core.funnels import (
    ACTIVITY,
    FIRST_PURCHASE,
    JOINED,
    LEVEL,
    MESSAGE,
    PURCHASE,
    REDEEM,
    SIGN_IN,
    Funnel,
)
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")

DAY = 200_000  # more than the seconds in which any program day can lie, seen from UTC
AHEAD = 50_400  # the earliest a program day begins before its date does in UTC, in seconds
EPOCH = date(1970, 1, 1)
VISIT_SECONDS = 30 * 60
NO_TOUCH = ("purchase", "refund")  # a purchase ends a path; a return is no step towards one
MOVES_MAX = 2_000
PRODUCTS_MAX = 100  # products of first purchases that are told apart


def moments(warehouse: Warehouse, step: str) -> Any:
    """Return when each member took a step: member_key and ``moment``."""
    for kind, told in ((LEVEL, _levels), (MESSAGE, _messages), (ACTIVITY, _activities)):
        if step.startswith(kind):
            return told(warehouse, step.removeprefix(kind))
    plain = {
        JOINED: _joined,
        PURCHASE: _purchases,
        FIRST_PURCHASE: _first_purchases,
        REDEEM: _redemptions,
        SIGN_IN: _sign_ins,
    }
    return plain[step](warehouse)


def passages(warehouse: Warehouse, funnel: Funnel, *, first: date, end: date, members: Any = None) -> Any:
    """Return one row for each member who took the first step from ``first`` up to ``end``: the moment of each step, null where not taken.

    A step counts when it is later than the one before and within the window of the first. ``members`` narrows to member_keys.
    """
    begun = moments(warehouse, funnel.steps[0])
    begun = begun.filter((begun.moment >= _number(first) * DAY) & (begun.moment < _number(end) * DAY))
    if members is not None:
        begun = begun.semi_join(members, "member_key")
    found = begun.group_by("member_key").agg(step_1=begun.moment.min())
    for number, step in enumerate(funnel.steps[1:], 2):
        last = f"step_{number - 1}"
        then = moments(warehouse, step)
        later = found.select("member_key", *dict.fromkeys(["step_1", last])).join(then, "member_key")
        later = later.filter(
            (later.moment > later[last]) & (later.moment.floordiv(DAY) <= later.step_1.floordiv(DAY) + funnel.window_days)
        )
        taken = later.group_by("member_key").agg(moment=later.moment.min())
        found = found.left_join(taken, "member_key").select(*found.columns, **{f"step_{number}": taken.moment})
    return found


def ended(warehouse: Warehouse, funnel: Funnel, *, first: date, end: date, today: date, members: Any = None) -> Any:
    """Return how many members took which step last, and whether their window is still open on ``today``."""
    found = passages(warehouse, funnel, first=first, end=end, members=members)
    return _with_end(found, funnel, today).group_by("last", "is_open").agg(members=lambda t: t.count())


def days_to(warehouse: Warehouse, funnel: Funnel, *, first: date, end: date, members: Any = None) -> Any:
    """Return how many members took which step how many days after the first."""
    found = passages(warehouse, funnel, first=first, end=end, members=members)
    number = len(funnel.steps)
    parts = []
    for step in range(1, number + 1):
        taken = found.filter(found[f"step_{step}"].notnull())
        days = taken[f"step_{step}"].floordiv(DAY) - taken.step_1.floordiv(DAY)
        parts.append(taken.group_by(days=days).agg(members=taken.count()).mutate(step=ibis.literal(step, "int64")))
    return ibis.union(*parts)


def members_at(
    warehouse: Warehouse,
    funnel: Funnel,
    *,
    first: date,
    end: date,
    today: date,
    step: int,
    how: str,
    limit: int,
    members: Any = None,
) -> Any:
    """Return the members behind a step: who ``took`` it, who is ``lost`` before it or has time left (``open``); the latest first."""
    found = _with_end(passages(warehouse, funnel, first=first, end=end, members=members), funnel, today)
    if how == "took":
        found = found.filter(found["last"] >= step)
    else:
        found = found.filter((found["last"] == step - 1) & (found.is_open == (how == "open")))
    member = warehouse.table("member").select("member_key", "member_id")
    told = found.select("member_key", "last", "is_open", day=_day(found.step_1)).join(member, "member_key")
    return told.select("member_id", "last", "is_open", "day").order_by([ibis.desc("day"), "member_id"]).limit(limit)


def touches(warehouse: Warehouse, *, first: date, end: date) -> Any:
    """Return every touchpoint and purchase of a time: member_key, second (UTC), what. Touches are what members did, messages, sign-ins."""
    activity, message, sign_in = (warehouse.table(name) for name in ("activity", "message", "sign_in"))
    done = activity.filter(activity.is_engaged & ~activity.kind.isin(NO_TOUCH) & _is_in(activity, first, end))
    bought = activity.filter((activity.kind == "purchase") & _is_in(activity, first, end))
    sent = message.filter(message.at.notnull() & _is_in(message, first, end))
    came = sign_in.filter(_is_in(sign_in, first, end))
    return ibis.union(
        done.select("member_key", second=_second(done), what=done.kind),
        bought.select("member_key", second=_second(bought), what=ibis.literal(BOUGHT)),
        sent.select("member_key", second=_second(sent), what=ibis.literal(MESSAGE) + sent.channel),
        came.select("member_key", second=_second(came), what=ibis.literal(SIGN_IN)),
    )


def steps(warehouse: Warehouse, *, first: date, end: date, gap_seconds: int = VISIT_SECONDS) -> Any:
    """Return every touch with its path: ``path`` numbers them for each member, ``before`` and ``after`` stand beside it in the path.

    A path ends after ``gap_seconds`` without anything, and with a purchase.
    """
    told = touches(warehouse, first=first, end=end)
    order = ibis.window(group_by=told.member_key, order_by=[told.second, told.what])
    told = told.mutate(was=told.second.lag().over(order), was_what=told.what.lag().over(order))
    is_new = told.was.isnull() | (told.second - told.was > gap_seconds) | (told.was_what == BOUGHT)
    told = told.mutate(is_new=is_new.cast("int64"), waited=told.second - told.was)
    so_far = ibis.window(group_by=told.member_key, order_by=[told.second, told.what], preceding=None, following=0)
    told = told.mutate(path=told.is_new.sum().over(so_far))
    within = ibis.window(group_by=[told.member_key, told.path], order_by=[told.second, told.what])
    return told.mutate(after=told.what.lead().over(within))


def moves(warehouse: Warehouse, *, first: date, end: date, gap_seconds: int = VISIT_SECONDS) -> Any:
    """Return how often one thing followed another in a path, with how long it took in all; purchases without a touch are left out."""
    told = steps(warehouse, first=first, end=end, gap_seconds=gap_seconds)
    is_touch = told.what != BOUGHT
    begun = told.filter(is_touch & (told.is_new == 1))
    begun = begun.select(one=ibis.literal(START), other=begun.what, seconds=ibis.literal(0, "int64"))
    gone = told.filter(is_touch)
    gone = gone.select(one=gone.what, other=ibis.coalesce(gone.after, LOST), seconds=ibis.literal(0, "int64"))
    between = told.filter(told.is_new == 0).select(one=told.was_what, other=told.what, seconds=told.waited)
    counted = begun.union(gone).group_by("one", "other").agg(count=lambda t: t.count())
    waited = between.group_by("one", "other").agg(seconds=between.seconds.sum())
    found = counted.left_join(waited, ["one", "other"]).select(
        one=counted.one, other=counted.other, count=counted["count"], seconds=ibis.coalesce(waited.seconds, 0)
    )
    return found.order_by([found["count"].desc(), found.one, found.other]).limit(MOVES_MAX)


def ends_of_paths(warehouse: Warehouse, *, first: date, end: date, gap_seconds: int = VISIT_SECONDS) -> Any:
    """Return of paths that end with a purchase their first and last touch, counted; "(bought)" where there was none."""
    told = steps(warehouse, first=first, end=end, gap_seconds=gap_seconds)
    told = told.mutate(start=ibis.ifelse(told.is_new == 1, told.what, ibis.null("string")))
    path = told.group_by("member_key", "path").agg(
        first=told.start.max(),
        last=told.what.max(where=told.after == BOUGHT),
        bought=(told.what == BOUGHT).cast("int64").max(),
    )
    path = path.filter(path.bought == 1)
    return path.group_by("first", last=ibis.coalesce(path["last"], BOUGHT)).agg(count=path.count())


def second_purchases(warehouse: Warehouse, *, today: date, by: str = "") -> Any:
    """Return how many members bought for the second time how many days after the first, or were last seen waiting.

    ``by``: cohort (month of the first purchase as yyyymm), store (of it) or product (each of it); else everybody.
    """
    bill = warehouse.table("purchase")
    bill = bill.filter((bill.net_minor > 0) & (bill.day <= today))
    begun = bill.group_by("member_key").agg(first=bill.day.min())
    later = bill.join(begun, "member_key").filter(lambda t: t.day > t.first)
    second = later.group_by("member_key").agg(second=later.day.min())
    told = begun.left_join(second, "member_key").select(
        member_key=begun.member_key,
        first=begun.first,
        happened=second.second.notnull(),
        days=_number_of(ibis.coalesce(second.second, ibis.literal(today))) - _number_of(begun.first),
    )
    if by == "cohort":
        told = told.mutate(group=(told.first.year().cast("int64") * 100 + told.first.month()).cast("string"))
    elif by == "store":
        store = bill.join(begun, "member_key").filter(lambda t: t.day == t.first)
        store = store.group_by("member_key").agg(group=store.store.min())
        told = told.join(store, "member_key")
    elif by == "product":
        line = warehouse.table("purchase_line")
        line = line.filter((line.amount_minor > 0) & (line["product"] != ""))
        had = line.join(begun, "member_key").filter(lambda t: t.day == t.first)
        had = had.select("member_key", group=had["product"]).distinct()
        large = had.group_by("group").agg(size=had.count())
        large = large.order_by([large.size.desc(), large.group]).limit(PRODUCTS_MAX)
        told = told.join(had.semi_join(large, "group"), "member_key")
    else:
        told = told.mutate(group=ibis.literal(""))
    return told.group_by("group", "days", "happened").agg(members=told.count())


def lost_after(warehouse: Warehouse, *, today: date, lapse_days: int) -> Any:
    """Return what members did last (and where) who have bought, but not for more than ``lapse_days``; and of the others, as ``is_lapsed``."""
    bill, activity = warehouse.table("purchase"), warehouse.table("activity")
    bill = bill.filter(bill.net_minor > 0)
    buyer = bill.group_by("member_key").agg(last=bill.day.max())
    since = ibis.literal(date.fromordinal(today.toordinal() - lapse_days))
    buyer = buyer.select("member_key", is_lapsed=buyer["last"] < since)
    activity = activity.filter(activity.is_engaged & activity.kind.notnull())
    second = activity.at.epoch_seconds()
    order = ibis.window(group_by=activity.member_key, order_by=[second.desc(), activity.activity_key.desc()])
    newest = activity.mutate(place=ibis.row_number().over(order))
    newest = newest.filter(newest.place == 0).select("member_key", "kind", "store", "channel")
    told = buyer.join(newest, "member_key")
    return told.group_by("is_lapsed", "kind", "store", "channel").agg(members=told.count())


def kinds(warehouse: Warehouse) -> Any:
    """Return the kinds of activities that were recorded, with the members and times of each."""
    activity = warehouse.table("activity")
    found = activity.group_by("kind").agg(times=activity.count(), members=activity.member_key.nunique())
    return found.order_by([found.times.desc(), found.kind]).limit(200)


def took_part(warehouse: Warehouse, *, first: date, end: date) -> Any:
    """Return of a time the kinds of activities with the members and times of each."""
    activity = warehouse.table("activity")
    activity = activity.filter(_is_in(activity, first, end))
    found = activity.group_by("kind").agg(times=activity.count(), members=activity.member_key.nunique())
    return found.order_by([found.times.desc(), found.kind]).limit(200)


def templates(warehouse: Warehouse) -> Any:
    """Return which messages were made."""
    message = warehouse.table("message")
    found = message.filter(message.template != "").group_by("template").agg(times=lambda t: t.count())
    return found.order_by([found.times.desc(), found.template]).limit(50)


def levels(warehouse: Warehouse) -> Any:
    """Return the levels that members were on."""
    span = warehouse.table("level_span")
    return span.filter(span.level != "").select("level").distinct().order_by("level").limit(50)


def lapsed_and_back(warehouse: Warehouse, *, first: date, end: date, lapse_days: int) -> Any:
    """Return one row: members lapsed when ``first`` began, and those of them who bought before ``end`` (K15)."""
    bill = warehouse.table("purchase")
    bill = bill.filter((bill.net_minor > 0) & (bill.day < end))
    of_member = bill.group_by("member_key").agg(
        last=bill.day.max(where=bill.day < first), back=(bill.day >= first).cast("int64").max()
    )
    lapsed = of_member.filter(of_member["last"] < date.fromordinal(first.toordinal() - lapse_days))
    return lapsed.agg(lapsed=lapsed.count(), back=ibis.coalesce(lapsed.back.sum(), 0))


def brought(warehouse: Warehouse, *, first: date, end: date, kept_days: int, today: date) -> Any:
    """Return one row: members who joined in a time, those whom another brought, and those of them whose first purchase was kept (K14)."""
    member, bill = warehouse.table("member"), warehouse.table("purchase")
    came = member.filter(member.referred_by_key.notnull() & (member.joined_on >= first) & (member.joined_on < end))
    kept = bill.filter((bill.net_minor > 0) & (bill.day <= date.fromordinal(today.toordinal() - kept_days)))
    joined = came.agg(joined=came.count())
    qualified = came.semi_join(kept, "member_key").agg(qualified=lambda t: t.count())
    enrolled = member.agg(members=ibis.coalesce(member.is_enrolled.cast("int64").sum(), 0))
    return joined.cross_join(qualified).cross_join(enrolled)


def narrowed(warehouse: Warehouse, *, level: str = "", segment: str = "", store: str = "") -> Any:
    """Return the members on a level, in a segment and of a store; None for all."""
    if not (level or segment or store):
        return None
    member = warehouse.table("member")
    if level:
        member = member.filter(member.level == level)
    if store:
        member = member.filter(member.home_store == store)
    if segment:
        of = warehouse.table("member_segment")
        member = member.semi_join(of.filter(of.segment == segment), "member_key")
    return member.select("member_key")


def step_names(funnel: Funnel) -> Sequence[str]:
    """Return the columns of `passages`."""
    return [f"step_{number}" for number in range(1, len(funnel.steps) + 1)]


def _joined(warehouse: Warehouse) -> Any:
    member = warehouse.table("member")
    member = member.filter(member.joined_on.notnull())
    return member.select("member_key", moment=_start(member.joined_on))


def _purchases(warehouse: Warehouse) -> Any:
    bill = warehouse.table("purchase")
    bill = bill.filter(bill.net_minor > 0)
    return bill.group_by("member_key", "day").agg(moment=_timed(bill.day, bill.at).min()).select("member_key", "moment")


def _first_purchases(warehouse: Warehouse) -> Any:
    bought = _purchases(warehouse)
    return bought.group_by("member_key").agg(moment=bought.moment.min())


def _redemptions(warehouse: Warehouse) -> Any:
    entry = warehouse.table("points_movement")
    used = entry.filter(entry.target == "REDEEMED").select("member_key", moment=_end(entry.day)).distinct()
    told = _activities(warehouse, "redeem").union(used)
    told = told.group_by("member_key", day=told.moment.floordiv(DAY)).agg(moment=told.moment.min())
    return told.select("member_key", "moment")


def _sign_ins(warehouse: Warehouse) -> Any:
    sign_in = warehouse.table("sign_in")
    return sign_in.select("member_key", moment=_timed(sign_in.day, sign_in.at))


def _levels(warehouse: Warehouse, level: str) -> Any:
    span = warehouse.table("level_span")
    return span.filter(span.level == level).select("member_key", moment=_end(span.from_day))


def _messages(warehouse: Warehouse, template: str) -> Any:
    message = warehouse.table("message")
    message = message.filter((message.template == template) & message.at.notnull())
    return message.select("member_key", moment=_timed(message.day, message.at))


def _activities(warehouse: Warehouse, kind: str) -> Any:
    activity = warehouse.table("activity")
    activity = activity.filter(activity.kind == kind)
    return activity.select("member_key", moment=_timed(activity.day, activity.at))


def _with_end(found: Any, funnel: Funnel, today: date) -> Any:
    last = ibis.literal(0, "int64")
    for name in step_names(funnel):
        last = last + found[name].notnull().cast("int64")
    is_open = (last < len(funnel.steps)) & (found.step_1.floordiv(DAY) + funnel.window_days >= _number(today))
    return found.mutate(last=last, is_open=is_open)


def _is_in(table: Any, first: date, end: date) -> Any:
    return (table.day >= first) & (table.day < end)


def _second(table: Any) -> Any:
    return table.at.epoch_seconds().cast("int64")


def _number(day: date) -> int:
    return (day - EPOCH).days


def _number_of(day: Any) -> Any:
    return day.delta(ibis.literal(EPOCH), unit="day")


def _start(day: Any) -> Any:
    return _number_of(day) * DAY


def _end(day: Any) -> Any:
    return _number_of(day) * DAY + (DAY - 1)


def _timed(day: Any, at: Any) -> Any:
    number = _number_of(day)
    return number * DAY + 1 + AHEAD + at.epoch_seconds() - number * 86_400


def _day(moment: Any) -> Any:
    return ibis.literal(EPOCH) + moment.floordiv(DAY).as_interval("D")
