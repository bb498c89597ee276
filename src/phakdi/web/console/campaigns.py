"""Campaigns measured against members who were left out by chance: begin one, take the list out, see what it added."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.measure_campaign import begin_campaign, count_audience, group_of, stop_campaign
from phakdi.insight.lift import queries
from phakdi.insight.lift.core.experiments import Audience, Experiment, Outcome, Plan, Result
from phakdi.insight.lift.core.measuring import Lift, smallest_visible
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.money import exponent, format_money
from phakdi.kit.sheets import SheetWriter
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.people.members.queries import members_by_id
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.naming import reader_for
from phakdi.web.proof import proved
from phakdi.web.words import add_refusal, language

PERCENT = 100
USUAL_SHARE = 0.2  # of members who buy in a month, where nobody knows better
SLICE = 2_000
FEW = 30
FIELDS = {"held": "held", "last": "last", "first": "first", "cost": "cost", "name": "name", "audience": None}


class CampaignForm(forms.Form):
    """A campaign as it is planned."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)
    from_segment = forms.CharField(
        label=gettext_lazy("Group"),
        help_text=gettext_lazy("Only members who are in this group. Leave it empty for everybody."),
        max_length=60,
        required=False,
    )
    bought = forms.IntegerField(label=gettext_lazy("Bought within so many days"), min_value=1, max_value=3650, required=False)
    quiet = forms.IntegerField(label=gettext_lazy("Has not bought for so many days"), min_value=1, max_value=3650, required=False)
    held = forms.IntegerField(
        label=gettext_lazy("Left out, in percent"),
        help_text=gettext_lazy("These members get nothing. What they buy shows what would have happened anyway."),
        min_value=1,
        max_value=50,
        initial=10,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Judged by"),
        choices=[
            (Outcome.BOUGHT.value, gettext_lazy("How many bought")),
            (Outcome.SPEND.value, gettext_lazy("How much was spent per member")),
        ],
        help_text=gettext_lazy("Chosen now, so that nobody picks the figure that looks best afterwards."),
        initial=Outcome.BOUGHT.value,
    )
    first = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    cost = forms.DecimalField(
        label=gettext_lazy("What the campaign costs in all"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    segment = forms.SlugField(
        label=gettext_lazy("Put the others into the group"),
        help_text=gettext_lazy("Rules and offers of your program can ask for this group. Those left out are not in it."),
        max_length=40,
        required=False,
    )

    def __init__(self, data: Any, *, levels: list[tuple[str, str]], stores: list[tuple[str, str]], today: date) -> None:
        super().__init__(data, initial={"first": today.isoformat()})
        self.fields["level"].choices = [("", _("Every level")), *levels]  # type: ignore[attr-defined]  # a choice field
        self.fields["store"].choices = [("", _("Every store")), *stores]  # type: ignore[attr-defined]  # as above

    def plan(self, currency: str) -> Plan:
        """Return what was planned."""
        given = self.cleaned_data
        audience = Audience(given["level"], given["from_segment"].strip(), given["store"], given["bought"], given["quiet"])
        cost = int((given["cost"] or 0) * 10 ** exponent(currency))
        return Plan(
            given["name"].strip(),
            audience,
            given["held"] * PERCENT,
            Outcome(given["outcome"]),
            given["first"],
            given["last"],
            cost,
            given["segment"] or "",
        )

    @property
    def who(self) -> list[forms.BoundField]:
        """The fields that say who takes part."""
        return [self[name] for name in ("level", "store", "from_segment", "bought", "quiet")]

    @property
    def how(self) -> list[forms.BoundField]:
        """The fields that say how it is measured."""
        return [self[name] for name in ("held", "outcome", "first", "last", "cost", "segment")]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out, in words; ``tone`` is good, bad, warn or empty."""

    tone: str
    icon: str
    said: str


@require_safe
@staff_page(Permission.INSIGHT_READ)
def campaigns(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the campaigns that were measured."""
    with organization_scope(desk.organization_id):
        found = queries.experiments_of(organization_id=desk.organization_id)
    today = _today(desk)
    rows = [
        {
            "campaign": each,
            "verdict": verdict_of(each, today),
            "added": added_shown(each, desk.currency),
            "is_over": each.is_over(today),
        }
        for each in found
    ]
    return render(request, "console/campaigns.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROGRAMS_WRITE)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Plan a campaign: count who would take part first, then begin."""
    form = CampaignForm(request.POST or None, levels=_levels(desk), stores=_stores(desk), today=_today(desk))
    counted = None
    if request.method == "POST" and form.is_valid():
        plan = form.plan(desk.currency)
        try:
            plan.check()
            if request.POST.get("do") == "begin":
                begun = begin_campaign(place=desk.place, plan=plan, now=utc_now())
                messages.success(request, _("Begun. Take the list out and send: only to those who are on it."), "good")
                return redirect("web:campaign", begun.id)
            counted = _counted(count_audience(place=desk.place, plan=plan, now=utc_now()), plan)
        except Refusal as refusal:
            refusal.details["field"] = FIELDS.get(str(refusal.details.get("field")))
            add_refusal(form, refusal)
    context = {"form": form, "counted": counted}
    return render(request, "console/campaign_new.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(Permission.INSIGHT_READ)
def campaign(request: HttpRequest, desk: Desk, campaign_id: UUID) -> HttpResponse:
    """Show what one campaign has added so far, or in all."""
    with organization_scope(desk.organization_id):
        found = queries.find_experiment(organization_id=desk.organization_id, experiment_id=campaign_id)
    today = _today(desk)
    context = {
        "campaign": found,
        "verdict": verdict_of(found, today),
        "lines": _lines(found, desk.currency),
        "audience": _audience_words(desk, found.plan.audience),
        "is_over": found.is_over(today),
        "is_spend": found.plan.outcome is Outcome.SPEND,
        "smallest": _percent(smallest_visible(_base(found), found.treated, found.held)),
    }
    return render(request, "console/campaign.html", context)


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def stop(request: HttpRequest, desk: Desk, campaign_id: UUID) -> HttpResponse:
    """Let a campaign end today."""
    stop_campaign(place=desk.place, experiment_id=campaign_id, now=utc_now())
    messages.success(request, _("Stopped. It is measured up to today."), "good")
    return redirect("web:campaign", campaign_id)


@require_safe
@staff_page(Permission.MEMBERS_READ)
@proved
def listed(request: HttpRequest, desk: Desk, campaign_id: UUID) -> HttpResponse:  # noqa: ARG001 - as views are called
    """Give the list of those treated out as a file: member number, phone and e-mail to send to."""
    ids = group_of(place=desk.place, experiment_id=campaign_id, is_held=False, now=utc_now())
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="campaign-{campaign_id}.csv"'
    answer.write("\ufeff")
    sheet = SheetWriter(answer)
    sheet.row([_("Member number"), _("Name"), _("Phone number"), _("E-mail"), _("Language")])
    for first in range(0, len(ids), SLICE):
        with organization_scope(desk.organization_id):
            found = members_by_id(organization_id=desk.organization_id, member_ids=ids[first : first + SLICE])
        sheet.rows(
            [member.number, member.full_name, member.phone, member.email, member.language]
            for member in found.values()
            if member.status == "ACTIVE"
        )
    return answer


# --- what is shown ---------------------------------------------------------------------------------------------------


def verdict_of(campaign: Experiment, today: date) -> Verdict:
    """Return what came out in one sentence; a difference that chance explains is never called a success (K28)."""
    result = campaign.result
    if result is None:
        words = _("Nothing is known yet: it is measured with every refresh of the figures.")
        return Verdict("", "clock", words if campaign.plan.first <= today else _("It has not begun."))
    if not result.is_sound:
        return Verdict(
            "bad", "bad", _("The groups are not as large as planned: something else than chance chose. No result is shown.")
        )
    if not result.is_over:
        return Verdict("", "clock", _("It is still running. What is shown may change until the last day."))
    if result.plain.is_success:
        return Verdict("good", "good", _("It added something: chance alone would hardly do as much."))
    if result.plain.is_harm:
        return Verdict("bad", "warn", _("Members who got it did less than those who were left out."))
    return Verdict("warn", "warn", _("No difference that chance would not explain. It is not shown as a success."))


def added_shown(campaign: Experiment, currency: str) -> str:
    """Return what a sound campaign added per member, as it is written."""
    result = campaign.result
    if result is None or not result.is_sound:
        return "–"
    return _said(result.plain.difference, campaign.plan.outcome, currency, is_signed=True)


def _lines(campaign: Experiment, currency: str) -> list[tuple[str, str, str]]:
    result, outcome = campaign.result, campaign.plan.outcome
    if result is None or not result.is_sound:
        return []
    lines = [
        (_("Those who got it"), _said(result.plain.treated.mean, outcome, currency), _members(result.treated.n)),
        (_("Those left out"), _said(result.plain.held.mean, outcome, currency), _members(result.held.n)),
        (
            _("Difference"),
            _said(result.plain.difference, outcome, currency, is_signed=True),
            _between(result.plain, outcome, currency),
        ),
        (
            _("Freed of what members were like before"),
            _said(result.freed.difference, outcome, currency, is_signed=True),
            _between(result.freed, outcome, currency),
        ),
        (_("Added in all"), _total(result.plain, outcome, currency), _("the difference, for everybody who got it")),
    ]
    if outcome is Outcome.SPEND and campaign.plan.cost_minor:
        lines.append(_worth(result, campaign.plan.cost_minor, currency))
    if result.left_out:
        lines.append(
            (_("In neither group"), f"{result.left_out:,}", _("members who became one with somebody of the other group"))
        )
    return lines


def _worth(result: Result, cost_minor: int, currency: str) -> tuple[str, str, str]:
    even = Fraction(cost_minor) / Fraction(result.plain.total) if result.plain.total > 0 else None
    needed = _("It pays from a margin of %(share)s on.") % {"share": _percent(float(even))} if even is not None else ""
    return (_("What it cost"), format_money(cost_minor, currency, language()), needed)


def _said(value: float, outcome: Outcome, currency: str, *, is_signed: bool = False) -> str:
    sign = ("+" if value > 0 else "−" if value < 0 else "") if is_signed else ""
    size = abs(value) if is_signed else value
    if outcome is Outcome.SPEND:
        return sign + format_money(round(size), currency, language())
    return sign + _percent(size) if not is_signed else _("%(value)s points") % {"value": f"{sign}{size * PERCENT:.2f}"}


def _between(found: Lift, outcome: Outcome, currency: str) -> str:
    ends = {
        "low": _said(found.low, outcome, currency, is_signed=True),
        "high": _said(found.high, outcome, currency, is_signed=True),
    }
    return _("between %(low)s and %(high)s (95 %%)") % ends


def _total(found: Lift, outcome: Outcome, currency: str) -> str:
    if outcome is Outcome.SPEND:
        return _said(found.total, outcome, currency, is_signed=True)
    return _("%(number)s members") % {"number": f"{round(found.total):,}"}


def _members(number: int) -> str:
    return _("%(number)s members") % {"number": f"{number:,}"}


def _percent(share: float) -> str:
    return f"{share * PERCENT:.2f}%" if share < 10 else "–"  # noqa: PLR2004 - nobody sees a change of that size


def _base(campaign: Experiment) -> float:
    result = campaign.result
    if result is None or campaign.plan.outcome is Outcome.SPEND or result.held.n < FEW:
        return USUAL_SHARE
    return result.plain.held.mean or USUAL_SHARE


def _counted(members: int, plan: Plan) -> dict[str, Any]:
    held = round(members * plan.held_bp / 10_000)
    seen = smallest_visible(USUAL_SHARE, members - held, held)
    return {"members": members, "held": held, "treated": members - held, "smallest": _percent(seen), "is_small": held < FEW}


def _audience_words(desk: Desk, audience: Audience) -> list[str]:
    said = []
    if audience.level:
        said.append(dict(_levels(desk)).get(audience.level, audience.level))
    if audience.segment:
        said.append(_("in the group %(name)s") % {"name": audience.segment})
    if audience.store:
        said.append(dict(_stores(desk)).get(audience.store, audience.store))
    if audience.bought_within_days:
        said.append(_("bought within %(days)s days") % {"days": audience.bought_within_days})
    if audience.quiet_for_days:
        said.append(_("has not bought for %(days)s days") % {"days": audience.quiet_for_days})
    return said or [_("Every active member")]


def _levels(desk: Desk) -> list[tuple[str, str]]:
    try:
        program = version_at(organization_id=desk.organization_id, at=utc_now())
    except NoProgram:
        return []
    reader = reader_for(desk.organization, program)
    return [(level.key, reader.called(level.key)) for level in program.levels]


def _stores(desk: Desk) -> list[tuple[str, str]]:
    with organization_scope(desk.organization_id):
        return [(store.code, store.name_in(language())) for store in stores_of(organization_id=desk.organization_id)]


def _today(desk: Desk) -> date:
    return utc_now().astimezone(ZoneInfo(desk.organization.time_zone)).date()
