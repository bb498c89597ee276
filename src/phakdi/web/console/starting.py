"""Choosing a program from templates: what each brings in plain words, a few numbers, a trial, and it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.apply_program import apply_program
from phakdi.flows.start_program import Started, Tried, start_program, try_template, worth_minor
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.money import format_money, to_minor
from phakdi.kit.text import pick
from phakdi.loyalty.programs import compile_program
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import newest_version
from phakdi.loyalty.programs.starting import NUMBER_MAX, Choice, Template, choices_of, get_template, templates
from phakdi.platform.guides.queries import guide_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.businesses import business_icon, business_name
from phakdi.web.naming import reader_for
from phakdi.web.plain_words import plain_words, unit_of_level
from phakdi.web.receipts import Moved, VerdictLine, moved_by, verdict_lines
from phakdi.web.words import language, refusal_sentence

AMOUNT_MAX = 10_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a program brings, as sentences and figures for a page."""

    lines: list[str]
    rate: str
    habit: str
    year: str
    vouchers: list[str]
    level: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A template in the list."""

    key: str
    name: str
    icon: str
    about: str
    shown: Shown
    is_fitting: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """What one bill brings."""

    amount_minor: int
    moved: list[Moved]
    worth_minor: int | None
    lines: list[VerdictLine]


class StartForm(forms.Form):
    """The few numbers of a template, and a bill to try."""

    name = forms.CharField(label=gettext_lazy("What is your program called?"), max_length=80)
    points_th = forms.CharField(label=gettext_lazy("Points in Thai"), max_length=30)
    points_en = forms.CharField(label=gettext_lazy("Points in English"), max_length=30)
    amount = forms.IntegerField(label=gettext_lazy("Try a bill of"), min_value=1, max_value=AMOUNT_MAX, required=False)

    def __init__(self, template: Template, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices_of(template.document)
        for choice in self.choices:
            label, suffix, help_text = _words_of(choice, template)
            self.fields[choice.name] = forms.IntegerField(
                label=label,
                help_text=help_text,
                initial=choice.value,
                min_value=0 if choice.name == "welcome" else 1,
                max_value=NUMBER_MAX,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-suffix": suffix}),
            )

    def clean(self) -> dict[str, Any]:
        """Let each level start above the one before."""
        before = 0
        for choice in self.choices:
            value = self.cleaned_data.get(choice.name)
            if choice.of and value is not None:
                if value <= before:
                    self.add_error(choice.name, _("Each level starts above the one before."))
                before = value
        return self.cleaned_data

    @property
    def numbers(self) -> dict[str, int]:
        """The chosen numbers by name."""
        return {choice.name: self.cleaned_data[choice.name] for choice in self.choices}

    @property
    def number_fields(self) -> list[Any]:
        """The fields of the numbers, in order."""
        return [self[choice.name] for choice in self.choices]


@require_safe
@staff_page(Permission.PROGRAMS_WRITE)
def offers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show every template in plain words, the one for this kind of shop first."""
    with organization_scope(desk.organization_id):
        business = guide_of(organization_id=desk.organization_id).business
        has_program = newest_version(organization_id=desk.organization_id) is not None
    found = sorted((_offer(template, desk, business) for template in templates()), key=lambda offer: not offer.is_fitting)
    return render(request, "console/start_offers.html", {"offers": found, "has_program": has_program})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROGRAMS_WRITE)
def offer(request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """Set the numbers of one template, try it, and put it in force as the first version."""
    template = get_template(key)
    with organization_scope(desk.organization_id):
        has_program = newest_version(organization_id=desk.organization_id) is not None
    form = StartForm(template, request.POST or None, initial=_initial(template, desk))
    started, problem = None, ""
    if request.method != "POST" or form.is_valid():
        try:
            started = _start(template, desk, form if request.method == "POST" else None)
        except Refusal as refusal:
            problem = refusal_sentence(refusal)
    if started and request.method == "POST" and request.POST.get("do") == "apply" and not has_program:
        apply_program(
            organization_id=desk.organization_id,
            text=started.text,
            now=utc_now(),
            created_by_id=desk.place.staff_id,
            note=_("From the template: %(name)s") % {"name": business_name(template.key)},
        )
        messages.success(request, _("Your program counts from now on."), "good")
        return redirect("web:start")
    amount = form.cleaned_data.get("amount") if request.method == "POST" and form.is_valid() else None
    context: dict[str, Any] = {
        "form": form,
        "key": key,
        "name": business_name(key),
        "icon": business_icon(key),
        "has_program": has_program,
        "problem": problem,
        "text": started.text if started else "",
    }
    if started:
        tried = try_template(template, started.program, now=utc_now(), amount=amount)
        context |= {"shown": _shown(template, started.program, tried, desk), "bill": _bill(tried, started.program, desk)}
    return render(request, "console/start_offer.html", context, status=422 if form.errors or problem else 200)


# --- what is shown -------------------------------------------------------------------------------------------------------


def _offer(template: Template, desk: Desk, business: str) -> Offer:
    program, tried = _usual(template.key, utc_now().date())
    return Offer(
        template.key,
        business_name(template.key),
        business_icon(template.key),
        pick(template.document.description, language()),
        _shown(template, program, tried, desk),
        template.key == business,
    )


@lru_cache(maxsize=16)
def _usual(key: str, day: date) -> tuple[CompiledProgram, Tried]:  # noqa: ARG001 - a new day is tried anew
    template = get_template(key)
    program = compile_program(template.document)
    return program, try_template(template, program, now=utc_now())


def _shown(template: Template, program: CompiledProgram, tried: Tried, desk: Desk) -> Shown:
    year, names = tried.year, reader_for(desk.organization, program)
    points = year.earned.get(program.main_unit, 0) + year.welcome.get(program.main_unit, 0)
    worth = worth_minor(program, points)
    habit = template.habit
    told = {
        "times": habit.times_a_month,
        "amount": format_money(to_minor(str(habit.amount), program.currency), program.currency, language()),
    }
    what = ngettext(
        "Somebody who comes once a month for %(amount)s",
        "Somebody who comes %(times)s times a month for %(amount)s",
        habit.times_a_month,
    )
    got = {
        "points": f"{points:,}",
        "name": names.called(program.main_unit),
        "worth": format_money(worth or 0, program.currency, language()),
    }
    sentence = _("%(points)s %(name)s a year, worth %(worth)s") if worth is not None else _("%(points)s %(name)s a year")
    return Shown(
        plain_words(program, names),
        percent(year.rate(program)),
        what % told,
        sentence % got,
        [f"{count} × {names.called(key)}" for key, count in sorted(year.vouchers.items())],
        names.called(year.level) if year.level else "",
    )


def _bill(tried: Tried, program: CompiledProgram, desk: Desk) -> Bill:
    reader = reader_for(desk.organization, program)
    report = tried.bill
    outcome: Mapping[str, Any] = {"earned": report.earned, "redeemed": {}}
    verdicts = [
        {"rule": each.rule, "applied": each.applied, "reason": each.reason, "params": each.params} for each in report.verdicts
    ]
    amount = to_minor(str(tried.amount), program.currency)
    worth = worth_minor(program, report.earned.get(program.main_unit, 0))
    return Bill(amount, moved_by(outcome, program, reader), worth, verdict_lines(verdicts, reader))


def percent(rate: Fraction | None) -> str:
    """Write a share as a percentage with one decimal; nothing where it is not known."""
    return "" if rate is None else f"{float(rate) * 100:.1f}%"


# --- the form ------------------------------------------------------------------------------------------------------------


def _initial(template: Template, desk: Desk) -> dict[str, Any]:
    main = template.document.units[template.document.first_unit].name
    return {
        "name": desk.organization.name,
        "points_th": pick(main, "th"),
        "points_en": pick(main, "en"),
        "amount": template.habit.amount,
    }


def _start(template: Template, desk: Desk, form: StartForm | None) -> Started:
    given = form.cleaned_data if form else _initial(template, desk)
    return start_program(
        template=template,
        organization=desk.organization,
        name={"th": given["name"], "en": given["name"]},
        points={"th": given["points_th"], "en": given["points_en"]},
        numbers=form.numbers if form else {},
    )


def _words_of(choice: Choice, template: Template) -> tuple[str, str, str]:
    """Return the label, what stands behind the number, and the help of a choice."""
    if choice.of:
        levels = template.document.tiers.levels if template.document.tiers else []
        level = next(pick(level.name, language()) for level in levels if level.key == choice.of)
        return _("%(level)s from") % {"level": level}, unit_of_level(choice.meter), _("Within 12 months.")
    words = {
        "per": (_("One point for every"), _("baht")),
        "each": (_("For every litre"), _("points")),
        "pay": (_("One baht is paid with"), _("points")),
        "welcome": (_("For joining"), _("points")),
        "card": (_("A card is full with"), _("stamps")),
    }
    label, suffix = words[choice.name]
    return label, suffix, _("0: nothing.") if choice.name == "welcome" else ""
