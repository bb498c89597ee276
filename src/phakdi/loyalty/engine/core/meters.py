"""What is counted over time: buckets that each window of a program can be read from.

A bucket is called by a letter and what tells it apart: ``D2026-01-31`` a day, ``W M Q H Y`` other calendar periods, ``L`` all
time, ``J`` the membership year, ``P`` the membership term, ``S`` the level's term (and the level), ``C`` the program's cycle (each by its
first day), ``T`` an instant in seconds. Every letter that a reader needs is counted; old buckets are dropped.
"""

from datetime import date, datetime, timedelta

from phakdi.loyalty.engine.core import measuring
from phakdi.loyalty.engine.core.work import MICROSECOND, Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningMeter
from phakdi.loyalty.programs.periods import Window

Counted = list[list[object]]  # [meter, bucket, quantity] as kept in an order's document
CALENDAR = frozenset("LDWMQHY")
DAY = timedelta(days=1)
NOT_DONE = frozenset({"refund", "take_back", "expire_to"})  # not something that a member does
KEPT = {"D": 400, "W": 12, "M": 26, "Q": 10, "H": 6, "Y": 4, "J": 4, "P": 4, "S": 4, "C": 4, "T": 400}


def bucket_of(work: Work, letter: str) -> str:
    """Return the name of the bucket of that kind that the instant looked at falls into."""
    if letter in CALENDAR:
        return periods.bucket(letter, work.today)
    if letter == "T":
        return f"T{int(work.at.timestamp())}"
    name = letter + _start_of_term(work, letter, work.today).isoformat()
    return f"{name} {work.state.standing.level}" if letter == "S" else name


def _start_of_term(work: Work, letter: str, day: date) -> date:
    state = work.state
    zone = work.zone
    if letter == "C":
        first, months = work.program.cycle_start, work.program.cycle_months
        return periods.cycle_start(day, first, months) if first and months else date.min
    if letter == "S":
        started = state.marks.get("level_term") or (state.standing.since.isoformat() if state.standing.since else None)
        return periods.day_of(datetime.fromisoformat(started), zone) if started else date.min
    joined = state.membership.since or state.profile.joined_at
    if letter == "P" or joined is None:
        return periods.day_of(joined, zone) if joined else date.min
    first = periods.day_of(state.profile.joined_at or joined, zone)
    return periods.cycle_start(day, first, 12)


def read(work: Work, key: str, window: Window) -> int:
    """Return what was counted over ``window``, seen from the instant looked at; ``order`` is this activity alone."""
    if window.kind == "order":
        return work.counts[key] if key in work.counts else _of_this_activity(work, key)
    buckets = work.state.meters.get(key)
    if not buckets:
        return 0
    if window.kind == "rolling":
        place = key, id(window)
        if place not in work.readings:
            work.readings[place] = _rolling(work, buckets, window)
        return work.readings[place]
    if not window.previous:
        return buckets.get(bucket_of(work, window.letter), 0)
    return buckets.get(_previous_bucket(work, window), 0)


def _of_this_activity(work: Work, key: str) -> int:
    meter = next((meter for meter in work.program.meters if meter.key == key), None)
    return measured(work, meter) if meter is not None else 0


def _previous_bucket(work: Work, window: Window) -> str:
    letter = window.letter
    today = periods.day_of(work.at + MICROSECOND, work.zone)  # a review looks at the moment before a period begins
    if letter in CALENDAR:
        return periods.bucket(letter, periods.previous_day(window, today))
    before = _start_of_term(work, letter, today) - DAY
    if letter in "CJ":
        return letter + _start_of_term(work, letter, before).isoformat()
    return f"{letter}-"  # the term before is not told apart


def _rolling(work: Work, buckets: dict[str, int], window: Window) -> int:
    assert window.length
    if window.letter == "T":
        since = int((work.at - timedelta(days=window.length.days, hours=window.length.hours)).timestamp())
        return sum([n for name, n in buckets.items() if name[0] == "T" and since < int(name[1:]) <= work.at.timestamp()])
    today = work.today
    first = f"D{first_day(today, window.length).isoformat()}"
    last = f"D{today.isoformat()}"
    return sum([n for name, n in buckets.items() if name[0] == "D" and first <= name <= last])


def first_day(today: date, length: periods.Duration) -> date:
    """Return the first day of a rolling window that ends with ``today``."""
    return periods.add_months(today, -length.months) - timedelta(days=length.days) + DAY


# --- what one activity adds ---------------------------------------------------------------------------------------------------


def measured(work: Work, meter: RunningMeter) -> int:
    """Return what the activity looked at adds to a meter; points are counted as they are given."""
    source = meter.measure.source
    kind = work.activity.kind
    if source == "points" or (kind not in meter.kinds and "any" not in meter.kinds):
        return 0
    if meter.when is not None and not meter.when(work):
        return 0
    if meter.lines is None:
        return 1 if source == "one" else measuring.of_activity(work, meter.measure, work.bill())
    chosen = measuring.matching(work, meter.lines, work.bill())
    return (1 if chosen else 0) if source == "one" else measuring.of_lines(work, meter.measure, work.bill(), chosen)


def count_activity(work: Work) -> Counted:
    """Count the activity looked at in every meter that counts its kind; returns what an order keeps.

    What the engine itself made happen, and returns, count only where a meter names their kind.
    """
    kept: Counted = []
    program, kind = work.program, work.activity.kind
    is_done = work.reported is not None and kind == work.reported.kind and kind not in NOT_DONE
    for meter in program.meters_by_kind.get(kind) or (program.meters_by_kind.get("any", ()) if is_done else ()):
        if not is_done and kind not in meter.kinds:
            continue
        if meter.key == "active_days":
            if not work.state.meters.get("active_days", {}).get(periods.bucket("D", work.today)):
                book(work, meter.key, meter.letters | {"D"}, 1)
        elif quantity := measured(work, meter):
            kept += count(work, meter, quantity)
    return kept


def count_points(work: Work, unit: str, points: int, *, is_bonus: bool = False) -> Counted:
    """Count qualifying points given (or, below zero, taken back) in the meters of points; returns what an order keeps."""
    kept: Counted = []
    for meter in work.prepared.points_meters.get(unit, ()):
        if is_bonus and not meter.bonus:
            continue
        if not _counts_points_of(work, meter):
            continue
        if meter.when is None or meter.when(work):
            kept += count(work, meter, points)
    return kept


def uncount_points(work: Work, unit: str, points: int) -> None:
    """Take points that went back off the present buckets of the meters of points, where nothing else tells which."""
    for meter in work.prepared.points_meters.get(unit, ()):
        for letter in meter.letters - {"O", "T"}:
            step_back(work, meter.key, bucket_of(work, letter), points)


def _counts_points_of(work: Work, meter: RunningMeter) -> bool:
    """Whether a meter of points counts those of this kind of activity: all kinds where the program names none."""
    if work.activity.kind in meter.kinds or "any" in meter.kinds:
        return True
    written = work.program.document.meters.get(meter.key)
    return written is not None and "on" not in written.model_fields_set


# --- counting -------------------------------------------------------------------------------------------------------------


def count(work: Work, meter: RunningMeter, quantity: int) -> list[list[object]]:
    """Count ``quantity`` in every bucket that the meter's readers need; returns what an order keeps to step back (R47)."""
    work.counts[meter.key] = work.counts.get(meter.key, 0) + quantity
    kept = [] if meter.letters <= {"O"} else book(work, meter.key, meter.letters, quantity)
    return [[meter.key, bucket, quantity] for bucket in kept]


def count_named(work: Work, key: str, quantity: int) -> list[list[object]]:
    """Count a meter by its name, such as ``redeemed``; nothing happens where no program text reads it."""
    for meter in work.program.meters:
        if meter.key == key:
            return count(work, meter, quantity)
    return []


def book(work: Work, key: str, letters: frozenset[str] | str, quantity: int) -> list[str]:
    """Add ``quantity`` to the buckets of ``letters`` under ``key`` and return their names."""
    buckets = work.meter_buckets(key)
    work.readings.clear()
    names = [bucket_of(work, letter) for letter in letters if letter != "O"]
    for name in names:
        if name in buckets:
            buckets[name] += quantity
        else:
            buckets[name] = quantity
            if len(buckets) > 8:  # noqa: PLR2004 - few buckets need no tidying
                _prune(work, buckets, name[0])
    return names


def step_back(work: Work, key: str, bucket: str, quantity: int) -> None:
    """Take ``quantity`` off a bucket again; one that was dropped meanwhile no longer matters. Never below zero."""
    if bucket in work.state.meters.get(key, {}):
        buckets = work.meter_buckets(key)
        work.readings.clear()
        buckets[bucket] = max(buckets[bucket] - quantity, 0)


def _prune(work: Work, buckets: dict[str, int], letter: str) -> None:
    if letter == "L":
        return
    mine = [name for name in buckets if name[0] == letter]
    if letter == "T":
        oldest = int(work.at.timestamp()) - work.prepared.reach.days * 86_400
        doomed = [name for name in mine if int(name[1:]) < oldest]
    elif letter == "D":
        oldest_day = f"D{(work.today - work.prepared.reach).isoformat()}"
        doomed = [name for name in mine if name < oldest_day]
    else:
        doomed = sorted(mine)[: -KEPT[letter]]
    for name in doomed:
        del buckets[name]
