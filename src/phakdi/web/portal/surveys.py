"""Surveys on members' own pages: what they were asked, and answering it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from phakdi.care.surveys.queries import UnknownSurvey, asked_of_member, find_answer, survey_by_code
from phakdi.flows.answer_survey import answer_by_member
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.text import pick
from phakdi.people.members.models import Member
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web.portal.access import member_page
from phakdi.web.surveys import read_posted, show_questions
from phakdi.web.words import language, refusal_sentence


@dataclass(frozen=True, slots=True)
class AskedCard:
    """A survey that waits for the member: its code and its first question."""

    code: str
    title: str
    question: str


def asked_card(*, organization_id: UUID, member_id: UUID) -> AskedCard | None:
    """Return the survey that the member was asked last and has not answered, in a scope; None where nothing waits."""
    for _, survey in asked_of_member(organization_id=organization_id, member_id=member_id):
        return AskedCard(survey.code, pick(survey.name, language()), pick(survey.questions[0].words, language()))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def survey(request: HttpRequest, shop: OrganizationRef, member: Member, code: str) -> HttpResponse:
    """Show a survey to a member who is signed in, and take the answer."""
    with organization_scope(shop.id):
        found = survey_by_code(organization_id=shop.id, code=code)
        if found.wave is None:
            raise UnknownSurvey("There is no such survey.")
        before = find_answer(organization_id=shop.id, wave_id=found.wave.id, member_id=member.id)
    context: dict[str, Any] = {
        "member": member,
        "survey": found,
        "is_over": not found.is_open,
        "is_done": "done" in request.GET and before is not None,
        "is_changed": before is not None,
        "is_named": True,
        "gives": found.reports_activity,
        "change_url": reverse("web:portal_survey", args=[shop.slug, code]),
    }
    answers: Any = before.answers if before else {}
    refusal = None
    if request.method == "POST" and found.is_open:
        answers = read_posted(request, found.questions)
        try:
            answer_by_member(organization_id=shop.id, member_id=member.id, code=code, raw=answers, now=utc_now())
            return redirect(f"{request.path}?done=1")
        except Refusal as error:
            refusal = error
    context["questions"] = show_questions(found.questions, answers, refusal)
    if refusal is not None and not any(each.error for each in context["questions"]):
        context["error"] = refusal_sentence(refusal)
    return render(request, "survey/portal.html", context, status=422 if refusal else 200)
