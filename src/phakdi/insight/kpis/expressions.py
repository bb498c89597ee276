"""Members' purchases counted by window: expressions for DuckDB and Spark alike, with integer keys and one pass over bills.

Days are numbers since 1970-01-01, months numbers since year 0. A purchase day is a day on which a member bought for more than nothing.
"""

from collections.abc import Mapping
from typing import Any

from phakdi.insight.kpis.core.spans import EPOCH, YEAR, Series
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")


def kept(warehouse: Warehouse, name: str, expression: Any) -> Any:
    """Return an expression's rows, worked out once where the engine holds tables of a session."""
    if warehouse.backend.name == "duckdb":
        dropped(warehouse, name)
        return warehouse.backend.create_table(f"kpis_{name}", obj=expression, temp=True)
    return expression.cache()


def dropped(warehouse: Warehouse, *names: str) -> None:
    """Forget kept rows."""
    if warehouse.backend.name == "duckdb":
        for name in names:
            warehouse.backend.raw_sql(f'DROP TABLE IF EXISTS "kpis_{name}"')


def number_of(day: Any) -> Any:
    """Return days since 1970-01-01."""
    return day.delta(ibis.literal(EPOCH), unit="day").cast("int32")


def month_of(day: Any) -> Any:
    """Return months since year 0."""
    return (day.year().cast("int32") * YEAR + day.month().cast("int32") - 1).cast("int32")


# --- members ------------------------------------------------------------------------------------------------------------


def people(warehouse: Warehouse) -> Any:
    """Return members, whoever buys without being one as well: key, whether they are or were enrolled, home store and level."""
    member = warehouse.table("member")
    return member.select(
        "member_key",
        "level",
        is_member=(member.is_enrolled | member.joined_on.notnull()).cast("int32"),
        store=ibis.coalesce(member.home_store, ""),
    )


def places(warehouse: Warehouse, dimension: str) -> Any:
    """Return to which keys of a dimension a member belongs now: home store, level, or each of their segments."""
    member = warehouse.table("member")
    if dimension == "segment":
        segment = warehouse.table("member_segment")
        return segment.select("member_key", key=segment.segment).distinct()
    column = {"store": member.home_store, "level": member.level}[dimension]
    return member.select("member_key", key=ibis.coalesce(column, ""))


def joined_and_left(warehouse: Warehouse, dimension: str = "") -> Any:
    """Return per key and day how many joined, by whom brought, and left (K1, K14)."""
    member = warehouse.table("member")
    member = member.filter(member.joined_on.notnull())
    columns = {"key": _key_of(member, dimension)} if dimension in {"", "store", "level"} else {}
    if dimension == "segment":
        member = member.join(places(warehouse, dimension), "member_key")
        columns = {"key": member.key}
    came = member.group_by(day=member.joined_on, **columns).agg(
        joined=member.count(), left=ibis.literal(0).cast("int64"), referred=member.referred_by_key.notnull().cast("int64").sum()
    )
    gone = member.filter(member.left_on.notnull())
    gone = gone.group_by(
        day=gone.left_on, **{name: gone[name] if name in gone.columns else _key_of(gone, dimension) for name in columns}
    )
    went = gone.agg(joined=ibis.literal(0).cast("int64"), left=ibis._.count(), referred=ibis.literal(0).cast("int64"))
    both = came.union(went)
    return both.group_by("day", "key").agg(joined=both.joined.sum(), left=both.left.sum(), referred=both.referred.sum())


def _key_of(member: Any, dimension: str) -> Any:
    if dimension == "store":
        return ibis.coalesce(member.home_store, "")
    return ibis.coalesce(member.level, "") if dimension == "level" else ibis.literal("")


# --- purchases ----------------------------------------------------------------------------------------------------------


def days_of(warehouse: Warehouse, dimension: str = "") -> Any:
    """Return purchase days: key, member, day, month, bills and amount; the key is the store or channel, else nothing."""
    bill = warehouse.table("purchase")
    bill = bill.filter((bill.net_minor > 0) & bill.member_key.notnull())
    by = ["member_key", "day"]
    if dimension:
        bill = bill.mutate(key=ibis.coalesce(bill[dimension], ""))
        by = ["key", *by]
    days = bill.group_by(by).agg(bills=bill.count().cast("int32"), net=bill.net_minor.sum().cast("int64"))
    key = {"key": days.key} if dimension else {"key": ibis.literal("")}
    return days.select(
        **key, member_key=days.member_key, day=number_of(days.day), month=month_of(days.day), bills=days.bills, net=days.net
    )


def engaged_days(warehouse: Warehouse, kinds: tuple[str, ...], dimension: str = "") -> Any:
    """Return days on which members took part in anything that counts (K12), in the shape of `days_of` without amounts."""
    activity = warehouse.table("activity")
    activity = activity.filter((activity.is_engaged if not kinds else activity.kind.isin(kinds)) & activity.member_key.notnull())
    key = ibis.coalesce(activity[dimension], "") if dimension else ibis.literal("")
    days = activity.select("member_key", "day", key=key).distinct()
    zero = ibis.literal(0)
    return days.select(
        "key", "member_key", day=number_of(days.day), month=month_of(days.day), bills=zero.cast("int32"), net=zero.cast("int64")
    )


def firsts_of(days: Any) -> Any:
    """Return each member's first day, by key."""
    return days.group_by("key", "member_key").agg(first=days.day.min(), first_month=days.month.min())


def months_of(days: Any) -> Any:
    """Return what each member bought in each month: what is summed by quarter and year too."""
    return days.group_by("key", "member_key", "month").agg(
        days=days.count().cast("int32"), bills=days.bills.sum().cast("int32"), net=days.net.sum().cast("int64")
    )


def by_window(rows: Any, series: Series) -> Any:
    """Return per window, key and member: purchase days, bills and amount. ``rows`` are of `days_of`, or `months_of` for the calendar."""
    first, end = min(start for start, _ in series.bounds.values()), max(end for _, end in series.bounds.values())
    if series.unit == "day":
        rows = rows.filter((rows.day >= first) & (rows.day < end)).cross_join(places_table(series))
        rows = rows.filter((rows.day >= rows.start) & (rows.day < rows.end))
        return rows.group_by("place", "key", "member_key").agg(
            days=rows.count(), bills=rows.bills.sum().cast("int64"), net=rows.net.sum().cast("int64")
        )
    rows = rows.filter((rows.month >= first) & (rows.month < end))
    if series.length == 1:
        return rows.select("key", "member_key", "days", "bills", "net", place=rows.month)
    return rows.group_by("key", "member_key", place=(rows.month // series.length).cast("int32")).agg(
        days=rows.days.sum().cast("int64"), bills=rows.bills.sum().cast("int64"), net=rows.net.sum().cast("int64")
    )


def places_table(series: Series) -> Any:
    """Return the windows of a series as rows: place, first, the one after the last, and a bit of their own."""
    rows = [
        {"place": place, "start": start, "end": end, "bit": 1 << number}
        for number, (place, (start, end)) in enumerate(sorted(series.bounds.items()))
    ]
    return ibis.memtable(rows, schema=ibis.schema({"place": "int32", "start": "int32", "end": "int32", "bit": "int64"}))


def with_history(members: Any, firsts: Any, people_: Any, series: Series) -> Any:
    """Add to each member's window whether they are enrolled and bought before it ever, at their key."""
    place = places_table(series).select("place", "start")
    first = firsts.first if series.unit == "day" else firsts.first_month
    rows = members.join(place, "place").join(firsts.select("key", "member_key", begun=first), ["key", "member_key"])
    rows = rows.join(people_.select("member_key", "is_member"), "member_key")
    return rows.select(
        "place", "key", "member_key", "days", "bills", "net", "is_member", had=(rows.begun < rows.start).cast("int64")
    )  # fmt: skip


def counted(rows: Any) -> Any:
    """Return per window and key all that K2 to K5 and K13 are made of; of members, with identified buyers beside them."""
    own = rows.is_member.cast("int64")
    return rows.group_by("place", "key").agg(
        identified=rows.count(),
        buyers=own.sum(),
        repeaters=(own * (rows.days > 1).cast("int64")).sum(),
        returning=(own * rows.had).sum(),
        days=(own * rows.days).sum(),
        bills=(own * rows.bills).sum(),
        returning_bills=(own * rows.had * rows.bills).sum(),
        net=(own * rows.net).sum(),
    )


def active_places(members: Any, people_: Any, series: Series) -> Any:
    """Return each member's windows as one number, a bit for each: who was active in two that follow needs no join then."""
    rows = members.join(places_table(series).select("place", "bit"), "place")
    found = rows.group_by("key", "member_key").agg(bits=rows.bit.sum().cast("int64"))
    return found.semi_join(people_.filter(people_.is_member == 1), "member_key")


def stayed(active: Any, series: Series) -> Any:
    """Return per key how many were active in each window and the one just before: columns by place."""
    bit = {place: 1 << number for number, place in enumerate(sorted(series.bounds))}
    both = {place: bit[place] | bit[place - 1] for place in series.spans}
    return active.group_by("key").agg(
        **{f"at_{place}": ((active.bits & two) == two).cast("int64").sum() for place, two in both.items()}
    )


def at_keys(rows: Any, keys: Any) -> Any:
    """Return rows of members under their levels or segments."""
    return rows.drop("key").join(keys, "member_key")


# --- lapse (K7, K15) ----------------------------------------------------------------------------------------------------


def gaps_of(days: Any) -> Any:
    """Return each purchase day of a member with the next one; null for the last."""
    by_member = ibis.window(group_by="member_key", order_by="day")
    return days.select("member_key", "day", next=days.day.lead().over(by_member))


def gap_counts(gaps: Any) -> Any:
    """Return how often each gap in days occurs."""
    known = gaps.filter(gaps.next.notnull())
    return known.group_by(gap=known.next - known.day).agg(times=known.count())


def lapses(gaps: Any, firsts: Any, people_: Any, *, fixed: int | None, common: int) -> Any:
    """Return each time a member lapsed: from which day, when they came back (null: not yet), and when they had come back before that.

    A member has lapsed at the start of a day when more than so many days have passed since the last purchase: ``fixed``, else three
    times their median gap with three purchase days, else ``common``.
    """
    own = people_.filter(people_.is_member == 1).select("member_key")
    gaps = gaps.join(own, "member_key")
    if fixed is not None:
        limited = gaps.mutate(allowed=ibis.literal(float(fixed)))
    else:
        known = gaps.filter(gaps.next.notnull())
        usual = known.group_by("member_key").agg(times=known.count(), middle=(known.next - known.day).median())
        usual = usual.filter(usual.times > 1).select("member_key", usual=usual.middle.cast("float64") * 3)
        limited = gaps.left_join(usual, "member_key")
        limited = limited.select("member_key", "day", "next", allowed=ibis.coalesce(limited.usual, float(common)))
    is_lapsed = limited.next.isnull() | ((limited.next - limited.day) > limited.allowed)
    found = limited.filter(is_lapsed)
    found = found.join(firsts.select("member_key", begun=firsts.first), "member_key")
    found = found.select(
        "member_key", "begun", back=found.next, lapsed=(found.day + found.allowed.floor().cast("int32") + 1).cast("int32")
    )
    by_member = ibis.window(group_by="member_key", order_by="lapsed")
    return found.mutate(back_before=found.back.lag().over(by_member))


def lapsed_in(events: Any, spans: Any, *, at: Any = None) -> Any:
    """Return per window and key: lapsed at the start, of them who bought in it, and who lapsed in it without having been lapsed."""
    events = events.join(at, "member_key") if at is not None else events.mutate(key=ibis.literal(""))
    rows = events.cross_join(spans)
    is_at_start = (rows.lapsed <= rows.start) & (rows.back.isnull() | (rows.back >= rows.start))
    comes_back = is_at_start & (rows.back < rows.end)
    is_new = (
        (rows.begun < rows.start)
        & (rows.lapsed > rows.start)
        & (rows.lapsed <= rows.end)
        & (rows.back_before.isnull() | (rows.back_before < rows.start))
    )
    rows = rows.filter(is_at_start | is_new)
    return rows.group_by("span", "key").agg(
        lapsed=_number(is_at_start), back=_number(is_at_start & ibis.coalesce(comes_back, False)), new=_number(is_new)
    )


def _number(condition: Any) -> Any:
    return condition.cast("int64").sum()


# --- taking part (K12, K13), second purchase (K15), levels (K18) ---------------------------------------------------------


def span_table(spans: Mapping[int, tuple[int, int]]) -> Any:
    """Return windows as rows: number, first day and the day after the last."""
    rows = [{"span": number, "start": start, "end": end} for number, (start, end) in spans.items()]
    return ibis.memtable(rows, schema=ibis.schema({"span": "int32", "start": "int32", "end": "int32"}))


def took_part(rows: Any, spans: Any, keys: Any = None) -> Any:
    """Return per window and key how many distinct members have a row (member_key, day) in it."""
    rows = rows.join(keys, "member_key") if keys is not None else rows.mutate(key=ibis.literal(""))
    rows = rows.cross_join(spans)
    rows = rows.filter((rows.day >= rows.start) & (rows.day < rows.end))
    return rows.group_by("span", "key").agg(members=rows.member_key.nunique())


def used_points(warehouse: Warehouse) -> Any:
    """Return days on which enrolled members earned or spent points."""
    entry, member = warehouse.table("points_movement"), warehouse.table("member")
    entry = entry.filter(entry.kind.upper().isin(("EARN", "SPEND")))
    member = member.filter(member.is_enrolled).select("member_key")
    days = entry.select("member_key", "day").distinct().join(member, "member_key")
    return days.select("member_key", day=number_of(days.day))


def reached(warehouse: Warehouse) -> Any:
    """Return members who can be reached now: consent stands and an address is known."""
    member = warehouse.table("member")
    member = member.filter(member.status == "ACTIVE").select("member_key")
    return warehouse.table("reach").select("member_key").distinct().join(member, "member_key")


def till_days(warehouse: Warehouse) -> Any:
    """Return of each store and day whose total is known: all bills and sales, and those with a member (K13)."""
    total, bill, member = (warehouse.table(name) for name in ("till_total", "purchase", "member"))
    own = member.filter(member.is_enrolled | member.joined_on.notnull()).select("member_key")
    bill = bill.filter(bill.net_minor > 0).join(own, "member_key")
    ours = bill.group_by(store=ibis.coalesce(bill.store, ""), day=bill.day).agg(
        own_bills=bill.count(), own_minor=bill.net_minor.sum()
    )
    rows = total.left_join(ours, ["store", "day"])
    return rows.select(
        "store", "bills", "sales_minor", day=number_of(rows.day),
        own_bills=ibis.coalesce(rows.own_bills, 0).cast("int64"), own_minor=ibis.coalesce(rows.own_minor, 0).cast("int64"),
    )  # fmt: skip


def second_after(gaps: Any, firsts: Any, *, today: int) -> Any:
    """Return after how many days members bought a second time, and how long those who have not have been waiting (K15)."""
    rows = gaps.join(firsts.select("member_key", "first"), "member_key")
    rows = rows.filter(rows.day == rows.first)
    came = rows.next.notnull()
    return rows.group_by(days=ibis.ifelse(came, rows.next - rows.day, today - rows.day)).agg(
        came=came.cast("int64").sum(), waiting=(~came).cast("int64").sum()
    )


def moves(warehouse: Warehouse, start: Any, end: Any) -> Any:
    """Return how many members were on which level at the start of two days (K18); null for nowhere."""
    span = warehouse.table("level_span")

    def on(day: Any, name: str) -> Any:
        there = span.filter((span.from_day <= day) & (span.to_day.isnull() | (span.to_day > day)))
        return there.group_by("member_key").agg(**{name: ibis.coalesce(there.level, "").max()})

    both = on(start, "before").outer_join(on(end, "after"), "member_key")
    return both.group_by("before", "after").agg(members=both.count())


# --- cohorts and recency, frequency, amount (K16, K17) --------------------------------------------------------------------


def cohorts(months: Any) -> Any:
    """Return per month of the first purchase ever and age in months: members who bought, and for how much. ``months`` of `months_of`."""
    firsts = months.group_by("member_key").agg(cohort=months.month.min(), last=months.month.max())
    rows = months.join(firsts, "member_key")
    return rows.group_by("cohort", age=rows.month - rows.cohort).agg(
        members=rows.count(), net=rows.net.sum(), last=(rows.month == rows.last).cast("int64").sum()
    )


def rfm(days: Any, *, today: int, window: int = 365) -> Any:
    """Return members who bought in the last ``window`` days: days since the last purchase, purchase days, amount (K16)."""
    rows = days.filter((days.day > today - window) & (days.day <= today))
    found = rows.group_by("member_key").agg(
        last=rows.day.max(), frequency=rows.count(), monetary_minor=rows.net.sum().cast("int64")
    )
    return found.select("member_key", "frequency", "monetary_minor", recency=today - found.last)
