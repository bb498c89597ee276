"""Surveys in the console: make them, ask members, share the link, and see what they say."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.care.surveys import queries
from phakdi.care.surveys.core.asking import AskChannel, NotAsked, Round
from phakdi.care.surveys.core.figures import PASSIVE_FROM, PROMOTER_FROM, TOP_FROM
from phakdi.care.surveys.core.questions import FollowUp, QuestionKind
from phakdi.care.surveys.documents import SurveyView
from phakdi.flows.ask_survey import ask_members, preview_asking
from phakdi.flows.manage_surveys import change_survey, close_survey, follow_up, make_survey, open_survey
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, Refusal
from phakdi.kit.text import pick
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.people.members.queries import members_by_id
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.console import survey_results as results
from phakdi.web.console.survey_forms import AskForm, SurveyForm
from phakdi.web.naming import reader_for
from phakdi.web.qr import qr_code
from phakdi.web.surveys import show_questions
from phakdi.web.words import language, refusal_sentence

READ = (Permission.SURVEYS_WRITE, Permission.INSIGHT_READ, Permission.MEMBERS_WRITE)
TEXTS = 50


@require_safe
@staff_page(*READ)
def surveys(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the surveys with their figures."""
    with organization_scope(desk.organization_id):
        found = queries.surveys_of(organization_id=desk.organization_id)
        waiting = queries.waiting_of(organization_id=desk.organization_id)
        rows = [_row(desk, each, waiting.get(each.id, 0)) for each in found]
    return render(request, "console/surveys.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SURVEYS_WRITE)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make a survey: see it as on a phone first, then keep it."""
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and request.POST.get("do") != "look":
        try:
            made = make_survey(place=desk.place, code=form.cleaned_data["code"], wish=form.wish(), now=utc_now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Made. Open it, and ask members or share its link."), "good")
            return redirect("web:survey", made.id)
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SURVEYS_WRITE)
def edit(request: HttpRequest, desk: Desk, survey_id: UUID) -> HttpResponse:
    """Change a survey; once members were asked, its words only."""
    before = _get(desk, survey_id)
    form = SurveyForm(request.POST or None, before=before)
    if request.method == "POST" and form.is_valid() and request.POST.get("do") != "look":
        try:
            change_survey(place=desk.place, survey_id=survey_id, wish=form.wish(), now=utc_now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Changed."), "good")
            return redirect("web:survey", survey_id)
    return _form(request, form, before)


@require_safe
@staff_page(*READ)
def survey(request: HttpRequest, desk: Desk, survey_id: UUID) -> HttpResponse:
    """Show what a survey found, in its last wave or another one."""
    found = _get(desk, survey_id)
    with organization_scope(desk.organization_id):
        cells = queries.counts_of(organization_id=desk.organization_id, survey_id=survey_id)
        asked = queries.asked_counts(organization_id=desk.organization_id, survey_id=survey_id)
        keys = [each.key for each in found.questions if each.choices]
        chosen = queries.chosen_counts(organization_id=desk.organization_id, survey_id=survey_id, keys=keys)
        waves = queries.waves_of(organization_id=desk.organization_id, survey_id=survey_id)
        waiting = queries.waiting_of(organization_id=desk.organization_id).get(survey_id, 0)
    wave = _wave(request, len(waves))
    now_cells = [cell for cell in cells if cell.wave == wave]
    figure = results.figure_of(found, now_cells)
    total, answered, rate, rate_between = results.rate_of(each for each in asked if each.wave == wave)
    context: dict[str, Any] = {
        "survey": found,
        "wave": wave,
        "waves": waves,
        "figure": figure,
        "gauge": results.gauge_of(figure),
        "change": results.change_of(found, cells, wave),
        "answers": sum(cell.count for cell in now_cells),
        "asked": total,
        "asked_answered": answered,
        "rate": rate,
        "rate_between": rate_between,
        "series": [(str(number), each.number) for number, each in results.waves_of(found, cells) if each.number is not None],
        "wave_rows": results.waves_of(found, cells),
        "groups": _groups(desk, found, now_cells),
        "spread": _spread(found, now_cells),
        "choices": _choices(found, [row for row in chosen if row[0] == wave]),
        "waiting": waiting,
        "may_read": desk.place.can(Permission.MEMBERS_READ),
    }
    return render(request, "console/survey.html", context)


@require_safe
@staff_page(Permission.MEMBERS_READ)
def texts(request: HttpRequest, desk: Desk, survey_id: UUID) -> HttpResponse:
    """Show what members wrote, what waits for somebody first, with who wrote it and what became of it."""
    found = _get(desk, survey_id)
    tone = request.GET.get("tone", "")
    tone = tone if tone in {"neg", "neu", "pos"} else ""
    with organization_scope(desk.organization_id):
        rows = queries.texts_of(organization_id=desk.organization_id, survey_id=survey_id, limit=TEXTS, sentiment=tone)
        people = members_by_id(
            organization_id=desk.organization_id, member_ids=[row.member_id for row in rows if row.member_id is not None]
        )
        staff = {each.id: each.user.name for each in staff_of(organization_id=desk.organization_id)}
    stores = dict(_stores(desk))
    said = [
        {
            "row": row,
            "member": people.get(row.member_id) if row.member_id else None,
            "store": stores.get(row.store, row.store),
            "by": staff.get(row.followed_by, "") if row.followed_by else "",
            "tone": _tone(found, row.score),
        }
        for row in rows
    ]
    context = {"survey": found, "said": said, "tone": tone, "is_cut": len(rows) == TEXTS}
    return render(request, "console/survey_texts.html", context)


@require_POST
@staff_page(Permission.MEMBERS_WRITE)
def follow(request: HttpRequest, desk: Desk, survey_id: UUID, answer_id: UUID) -> HttpResponse:
    """Note what became of somebody's words."""
    state = FollowUp.DONE if request.POST.get("state") == "done" else FollowUp.OPEN
    try:
        follow_up(place=desk.place, answer_id=answer_id, state=state, words=request.POST.get("note", ""), now=utc_now())
        messages.success(request, _("Noted."), "good")
    except Invalid as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect(f"{reverse('web:survey_texts', args=[survey_id])}#a{answer_id}")


@require_POST
@staff_page(Permission.SURVEYS_WRITE)
def act(request: HttpRequest, desk: Desk, survey_id: UUID) -> HttpResponse:
    """Open a survey, begin another wave of it, or close it."""
    try:
        if request.POST.get("do") == "close":
            close_survey(place=desk.place, survey_id=survey_id, now=utc_now())
            messages.success(request, _("Closed. Links say so; what was answered stays."), "good")
        else:
            number = open_survey(place=desk.place, survey_id=survey_id, now=utc_now())
            messages.success(request, _("Wave %(number)s is open: everybody may answer anew.") % {"number": number}, "good")
    except Conflict as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect("web:survey", survey_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SURVEYS_WRITE)
def ask(request: HttpRequest, desk: Desk, survey_id: UUID) -> HttpResponse:
    """Choose whom to ask, see how many that are and why others are not, then ask."""
    found = _get(desk, survey_id)
    form = AskForm(request.POST or None, levels=_levels(desk), stores=_stores(desk))
    counted = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "ask":
                done = ask_members(place=desk.place, survey_id=survey_id, whom=form.whom(), now=utc_now())
                said = _("%(number)s members are being asked.") % {"number": f"{len(done.asks):,}"}
                messages.success(request, said, "good")
                return redirect("web:survey_ask", survey_id)
            counted = _counted(preview_asking(place=desk.place, survey_id=survey_id, whom=form.whom(), now=utc_now()))
        except Refusal as refusal:
            form.add_error(None, refusal_sentence(refusal))
    with organization_scope(desk.organization_id):
        rows = queries.invitations_of(organization_id=desk.organization_id, survey_id=survey_id, limit=20)
        people = members_by_id(
            organization_id=desk.organization_id, member_ids=[row.member_id for row in rows if row.member_id is not None]
        )
    sent = [
        {"row": row, "member": people.get(row.member_id) if row.member_id else None, "way": _ways()[row.channel]} for row in rows
    ]
    context = {"survey": found, "form": form, "counted": counted, "sent": sent if desk.place.can(Permission.MEMBERS_READ) else []}
    return render(request, "console/survey_ask.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(*READ)
def share(request: HttpRequest, desk: Desk, survey_id: UUID) -> HttpResponse:
    """Show the link for everybody and its code, to print for a table or a receipt; with a store in it where one is chosen."""
    found = _get(desk, survey_id)
    stores = _stores(desk)
    store = request.GET.get("store", "")
    store = store if store in dict(stores) else ""
    path = reverse("web:survey_open", args=[desk.organization.slug, found.code]) + (
        f"?{urlencode({'store': store})}" if store else ""
    )
    is_local = settings.PUBLIC_URL.startswith("http://localhost")
    address = request.build_absolute_uri(path) if is_local else settings.PUBLIC_URL.rstrip("/") + path
    context = {
        "survey": found,
        "address": address,
        "code": qr_code(address),
        "stores": stores,
        "store": store,
        "store_name": dict(stores).get(store, ""),
    }
    return render(request, "console/survey_share.html", context)


# --- pieces -------------------------------------------------------------------------------------------------------------


def _get(desk: Desk, survey_id: UUID) -> SurveyView:
    with organization_scope(desk.organization_id):
        return queries.get_survey(organization_id=desk.organization_id, survey_id=survey_id)


def _form(request: HttpRequest, form: SurveyForm, before: SurveyView | None) -> HttpResponse:
    questions = before.questions if before else ()
    name: Any = before.name if before else {}
    if form.is_bound and form.is_valid():
        wish = form.wish()
        try:
            wish.check()
        except Refusal as refusal:
            form.refuse(refusal)
        questions, name = wish.questions, wish.name
    context = {
        "form": form,
        "survey": before,
        "questions": show_questions(questions, {}),
        "preview_name": pick(name, language()),
        "is_preview": True,
    }
    return render(request, "console/survey_form.html", context, status=422 if form.errors else 200)


def _row(desk: Desk, survey: SurveyView, waiting: int) -> dict[str, Any]:
    cells = queries.counts_of(organization_id=desk.organization_id, survey_id=survey.id)
    asked = queries.asked_counts(organization_id=desk.organization_id, survey_id=survey.id)
    wave = survey.wave.number if survey.wave else 0
    now_cells = [cell for cell in cells if cell.wave == wave]
    return {
        "survey": survey,
        "wave": wave,
        "figure": results.figure_of(survey, now_cells),
        "answers": sum(cell.count for cell in now_cells),
        "rate": results.rate_of(each for each in asked if each.wave == wave)[2],
        "waiting": waiting,
    }


def _wave(request: HttpRequest, waves: int) -> int:
    text = request.GET.get("wave", "")
    number = int(text) if text.isdecimal() and len(text) < 6 else waves  # noqa: PLR2004 - digits of a wave
    return number if 1 <= number <= waves else waves


def _groups(desk: Desk, survey: SurveyView, cells: list[queries.Cell]) -> list[tuple[str, list[results.Figure]]]:
    levels, stores = dict(_levels(desk)), dict(_stores(desk))
    return [
        (_("By store"), results.by(survey, cells, lambda cell: cell.store, stores)),
        (_("By level"), results.by(survey, cells, lambda cell: cell.level, levels)),
        (_("By channel"), results.by(survey, cells, lambda cell: cell.channel, _channels())),
    ]


def _spread(survey: SurveyView, cells: list[queries.Cell]) -> list[tuple[str, int]]:
    if survey.scored is None:
        return []
    counts = dict.fromkeys(survey.scored.scale, 0)
    for cell in cells:
        if cell.score in counts:
            counts[cell.score] += cell.count
    return [(str(score), count) for score, count in counts.items()] if any(counts.values()) else []


def _choices(survey: SurveyView, rows: list[tuple[int, str, str, int]]) -> list[dict[str, Any]]:
    found = []
    for question in survey.questions:
        if question.kind not in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
            continue
        counts = {value: count for _wave_number, key, value, count in rows if key == question.key}
        most = max(counts.values(), default=0)
        lines = [
            (pick(each.words, language()), counts.get(each.key, 0), 100 * counts.get(each.key, 0) // most if most else 0)
            for each in question.choices
        ]
        found.append({"words": pick(question.words, language()), "lines": lines})
    return found


def _counted(planned: Round) -> dict[str, Any]:
    why = {
        NotAsked.ASKED_LATELY: _("asked within the last 30 days"),
        NotAsked.ASKED_IN_WAVE: _("asked in this wave already"),
        NotAsked.ANSWERED: _("answered already"),
        NotAsked.NO_WAY: _("have not agreed to messages, or have no address, by the ways chosen"),
    }
    return {
        "total": len(planned.asks),
        "ways": [(_ways()[way.value], count) for way, count in planned.by_channel.items()],
        "left_out": [(why[reason], count) for reason, count in planned.left_out.items()],
    }


def _ways() -> dict[str, str]:
    return {
        AskChannel.EMAIL.value: _("by e-mail"),
        AskChannel.SMS.value: _("by SMS"),
        AskChannel.PORTAL.value: _("on their card"),
    }


def _channels() -> dict[str, str]:
    return {"LINK": _("Own link"), "OPEN": _("Link for everybody"), "PORTAL": _("Members' pages"), "API": _("Other systems")}


def _tone(survey: SurveyView, score: int | None) -> str:
    """Return how a score is shaded: promoters and satisfied answers good, detractors and low ones bad."""
    if score is None or survey.scored is None:
        return ""
    if survey.metric == "NPS":
        return "good" if score >= PROMOTER_FROM else "" if score >= PASSIVE_FROM else "bad"
    low, high = survey.scored.lowest, survey.scored.highest
    return "good" if score >= TOP_FROM.get(high, high) else "bad" if score - low <= (high - low) // 3 else ""


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
