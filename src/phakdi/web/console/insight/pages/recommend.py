"""What is recommended to members: how good both lists are, what stands on them, and what never may."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from phakdi.insight.recommend.core.lists import Judgement
from phakdi.insight.recommend.core.runs import Judged, Run, Side, Why
from phakdi.insight.recommend.queries import latest_run, never_shown
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.report import Column, Empty, Filters, Report, Section, Table, Tile, write

RECOMMENDATIONS = "recommendations"


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show the last making of lists and how it was judged."""
    del now
    title = _("Recommendations")
    lead = _("Ten products each member may buy again, and ten they never had; judged by what members bought afterwards.")
    with organization_scope(desk.organization_id):
        kept = latest_run(organization_id=desk.organization_id)
        never = never_shown(organization_id=desk.organization_id)
    if kept is None:
        return Report(title, lead, [_blocked(desk, never)] if never else [], empty=_empty(filters), ranges=False)
    run = kept.run
    sections = [
        _now(run),
        _side(_("Buy again"), run.judged, run.judged.again, _("what the member bought most often")),
        _side(_("New to the member"), run.judged, run.judged.new, _("what sold most in the last 30 days")),
        _products(run),
        _blocked(desk, never),
    ]
    return Report(title, lead, sections, as_of=kept.made_at, ranges=False)


def _empty(filters: Filters) -> Empty:
    return Empty(
        _("Here you will see which products each member may buy again or like for the first time, and how often that came true."),
        _(
            "It needs bills that name their products (a code on each line), and is worked out every night or when somebody refreshes."
        ),
        report_url("warehouse", filters),
        _("Refresh the figures"),
    )


def _now(run: Run) -> Section:
    counted = run.counted
    tiles = [
        Tile(
            _("Members with a list"),
            "people",
            write(max(counted.with_again, counted.with_new), "count"),
            _("Enrolled members who bought a product with a code in the last two years. Their lists are the fields member.trait.buy_again_product_ids and member.trait.recommended_product_ids."),
        ),
        Tile(
            _("Products on sale"),
            "bag",
            write(run.on_sale, "count"),
            _("Sold in the last 180 days and not on the list below. A member is shown only what their store sold in that time."),
            _("of %(all)s that were ever sold in two years") % {"all": f"{run.products:,}"},
        ),
        Tile(_("Known until"), "calendar", write(run.until, "date"), _("The day after the last purchase that was looked at.")),
    ]  # fmt: skip
    notice = _(
        "Stock, ages and what a member declined are not recorded yet: put products that must not be shown on the list at the end."
    )
    lead = ""
    if run.judged.split:
        lead = _("Judged on members who bought on or after %(day)s, with the lists as they would have been the day before.") % {
            "day": write(run.judged.split, "date")
        }
        lead += " " + _(
            "Found: of what a member bought, the share that stood among the ten (recall@10). By place: NDCG@10, each hit counts 1 / log2(place + 1) of the best there could be. Any found: members for whom at least one came true. Products shown: of those on sale, how many stand on any list. Means over members (K33)."
        )
    return Section(lead=lead, tiles=tiles, notice=notice)


def _side(title: str, judged: Judged, side: Side, baseline: str) -> Section:
    """Show one of the two lists beside its baseline."""
    if side.model is None or side.baseline is None or judged.split is None:
        return Section(title, notice=_unjudged(side, baseline), tone="warn")
    rows = [
        {"which": _("Our list"), **_figures(side.model)},
        {"which": _("Baseline"), **_figures(side.baseline)},
    ]
    columns = [
        Column("which", _("List")),
        Column("recall", _("Found"), "percent"),
        Column("ndcg", _("By place"), "percent"),
        Column("hit", _("Any found"), "percent"),
        Column("coverage", _("Products shown"), "percent"),
        Column("served", _("Members served"), "percent"),
        Column("members", _("Judged"), "count"),
    ]
    note = _("Baseline: %(which)s.") % {"which": baseline}
    is_better = side.why is Why.BETTER
    notice = (
        _("Our list is better in both figures and is what members get.")
        if is_better
        else _("Our list is not better in both figures: members get the baseline, %(which)s.") % {"which": baseline}
        if side.why is Why.NOT_BETTER
        else _unjudged(side, baseline)
    )
    key = "again" if side is judged.again else "new"
    return Section(title, notice=notice, tone="good" if is_better else "warn", tables=[Table(key, title, columns, rows, note)])


def _figures(judgement: Judgement) -> dict[str, float | int | None]:
    return {name: getattr(judgement, name) for name in ("recall", "ndcg", "hit", "coverage", "served", "members")}


def _unjudged(side: Side, baseline: str) -> str:
    if side.why is Why.TOO_SHORT:
        return _("Judging needs at least four weeks of purchases: until then members get the baseline, %(which)s.") % {
            "which": baseline
        }
    return _("Too few members bought in the weeks that are judged (30 are needed): they get the baseline, %(which)s.") % {
        "which": baseline
    }


def _products(run: Run) -> Section:
    counted = run.counted
    tables = [
        _top("top-again", _("Most often on “buy again”"), counted.top_again, counted.members),
        _top("top-new", _("Most often on “new to the member”"), counted.top_new, counted.members),
    ]
    near = [{"product": product, "others": ", ".join(others) or None} for product, others in counted.together.items()]
    columns = [Column("product", _("Who bought")), Column("others", _("is most likely to like"))]
    note = _("For the twenty products that sell most now: the share of buyers they have in common (cosine).")
    tables.append(Table("together", _("What goes with what"), columns, near, note))
    return Section(_("Products"), tables=tables)


def _top(key: str, title: str, rows: Sequence[tuple[str, int]], members: int) -> Table:
    columns = [
        Column("product", _("Product")),
        Column("members", _("Members"), "count"),
        Column("share", _("Share of members"), "percent"),
    ]
    shown = [
        {"product": product, "members": many, "share": Fraction(many, members) if members else None} for product, many in rows
    ]
    return Table(key, title, columns, shown, empty=_("Nothing stands on it."))


def _blocked(desk: Desk, never: list[str]) -> Section:
    context = {"never": never, "text": "\n".join(never), "may_change": desk.place.can(Permission.PROGRAMS_WRITE)}
    return Section(_("Never recommend"), template="console/insight/never_shown.html", context=context)
