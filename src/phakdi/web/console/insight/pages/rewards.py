"""Which rewards are taken, by whom, and what members buy afterwards (K35)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from phakdi.insight.products import looking, queries, refreshing, rewards
from phakdi.insight.products.core.figures import RewardPull
from phakdi.insight.products.documents import Rewards
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.proportions import wilson
from phakdi.loyalty.wording import Reader
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages import asking
from phakdi.web.console.insight.pages.asking import MEMBERS_MAX, SHOWN, kept_days, scope_of
from phakdi.web.console.insight.report import Chart, Column, Filters, Report, Section, Table, Tile, write

REWARDS = "rewards-pull"
CHART_ROWS = 10


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show how rewards and vouchers are taken, and what follows."""
    del now
    title, lead = _("Rewards that pull"), _("Which rewards and vouchers are taken, by whom, and what members buy afterwards.")
    days, kept, as_of = kept_days(filters), None, None
    if days in refreshing.REWARD_SPANS:
        with organization_scope(desk.organization_id):
            kept = queries.find_rewards(organization_id=desk.organization_id, days=days)
            as_of = queries.as_of(organization_id=desk.organization_id)
    span = scope_of(filters).span
    found = asking.asked(desk, kept, lambda house: refreshing.rewards_in(house, span))
    if found is None or not found.pulls:
        will_be = _("Here you will see which rewards are taken most, and whether members come again after them.")
        return Report(title, lead, [], empty=asking.empty(will_be, filters), compares=False)
    reader = asking.reader_of(desk)
    sections = [_now(filters, found, reader), _by_level(found, reader)]
    if wanted := filters.get("reward"):
        sections.append(_members(desk, filters, wanted, reader))
    return Report(title, lead, sections, as_of=as_of, compares=False)


def name_of(reward: str, reader: Reader) -> str:
    """Return what the program calls a reward or voucher."""
    key = reward.removeprefix(rewards.REWARD)
    return reader.names.get(key, key)


def _now(filters: Filters, found: Rewards, reader: Reader) -> Section:
    taken = sum(pull.times for pull in found.pulls)
    points = sum(pull.points for pull in found.pulls)
    best = found.pulls[:CHART_ROWS]
    chart = Chart(
        "taken", _("Taken most"), "rows", [_("How often")], [(name_of(pull.reward, reader), pull.times) for pull in best],
        urls=[report_url(REWARDS, filters, reward=pull.reward) for pull in best],
    )  # fmt: skip
    tiles = [
        Tile(_("Taken"), "gift", write(taken, "count"), _("Rewards taken for points and vouchers that were given; cancelled vouchers are left out.")),
        Tile(_("Points used for them"), "points", write(points, "points"), _("Points that rewards cost. Vouchers that were given cost none.")),
    ]  # fmt: skip
    columns = [
        Column("reward", _("Reward")),
        Column("times", _("How often"), "count"),
        Column("members", _("Members"), "count"),
        Column("points", _("Points"), "points"),
        Column("used", _("Vouchers used"), "count"),
        Column("expired", _("Ended unused"), "count"),
        Column("judged", _("Judged"), "count"),
        Column("back", _("Bought again"), "percent"),
        Column("low", _("at least"), "percent"),
        Column("high", _("at most"), "percent"),
        Column("before", _("Spent before, each"), "money"),
        Column("after", _("Spent after, each"), "money"),
    ]
    note = _(
        "Bought again: of members who took it more than %(days)s days ago, those who bought on a later day within %(days)s days; at least and at most: the interval in which it lies 95 times in 100 (Wilson). Spent before and after: in the %(days)s days before and after, each member once. What members would have bought anyway is in it: what a reward adds only a campaign with members left out can show."
    ) % {"days": looking.FOLLOW_DAYS}
    rows = [_row(filters, pull, reader) for pull in found.pulls]
    return Section(_("At a glance"), tiles=tiles, charts=[chart], tables=[Table("rewards", _("By reward"), columns, rows, note)])


def _row(filters: Filters, pull: RewardPull, reader: Reader) -> dict[str, Any]:
    low, high = wilson(pull.back, pull.judged) or (None, None)
    return {
        "reward": name_of(pull.reward, reader),
        "times": pull.times,
        "members": pull.members,
        "points": pull.points,
        "used": pull.used,
        "expired": pull.expired,
        "judged": pull.judged,
        "back": pull.back_share,
        "low": low,
        "high": high,
        "before": pull.before_minor / pull.judged if pull.judged else None,
        "after": pull.after_minor / pull.judged if pull.judged else None,
        "_url": report_url(REWARDS, filters, reward=pull.reward),
    }


def _by_level(found: Rewards, reader: Reader) -> Section:
    levels = sorted({level for told in found.levels.values() for level in told})
    columns = [
        Column("reward", _("Reward")),
        *[Column(f"level-{level}", reader.names.get(level, level) or _("without a level"), "count") for level in levels],
    ]
    rows = [
        {"reward": name_of(pull.reward, reader)}
        | {f"level-{level}": found.levels.get(pull.reward, {}).get(level, 0) for level in levels}
        for pull in found.pulls[:SHOWN]
    ]
    note = _("Members who took it, by the level they are on now.")
    return Section(_("By whom"), tables=[Table("levels", _("By level"), columns, rows, note)])


def _members(desk: Desk, filters: Filters, reward: str, reader: Reader) -> Section:
    warehouse = asking.find_warehouse(desk)
    span = scope_of(filters).span
    is_whole = bool(filters.get("export"))
    limit = MEMBERS_MAX if is_whole else SHOWN + 1
    rows = [] if warehouse is None else warehouse.rows(rewards.takers_of(warehouse, span, reward, limit=limit))
    columns = [
        Column("times", _("How often"), "count"),
        Column("points", _("Points"), "points"),
        Column("last_day", _("Last"), "date"),
    ]
    title = _("Who took %(reward)s") % {"reward": name_of(reward, reader)}
    return Section(_("Members"), tables=[asking.members_table(desk, title, columns, rows, is_whole=is_whole)])
