"""Answering a survey without signing in: by one's own link, or by the link and code that stand on receipts and tables."""

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from phakdi.care.surveys.core.voices import Context
from phakdi.care.surveys.documents import SurveyView
from phakdi.care.surveys.queries import find_answer, survey_by_code
from phakdi.flows.answer_survey import answer_by_link, answer_openly, find_asked
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.queries import get_store
from phakdi.web.portal.access import shop_page
from phakdi.web.portal.tokens import new_token
from phakdi.web.surveys import read_posted, show_questions
from phakdi.web.words import refusal_sentence

KEY = re.compile(r"[0-9a-f]{16}")
COOKIE_DAYS = 90
WORD = re.compile(r"[A-Za-z0-9._-]{1,60}")


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def link(request: HttpRequest, shop: OrganizationRef, token: str) -> HttpResponse:
    """Show what a member was asked by their own link, and take the answer; it can be changed until the wave ends."""
    asked = find_asked(organization_id=shop.id, token=token)
    context: dict[str, Any] = {
        "survey": asked.survey,
        "is_over": asked.is_over,
        "is_done": "done" in request.GET and asked.before is not None,
        "is_changed": asked.before is not None,
        "is_named": True,
        "gives": asked.survey.reports_activity,
        "change_url": request.path,
    }
    answers: Any = asked.before.answers if asked.before else {}
    refusal = None
    if request.method == "POST" and not asked.is_over:
        answers = read_posted(request, asked.survey.questions)
        try:
            answer_by_link(organization_id=shop.id, token=token, raw=answers, now=utc_now())
            return redirect(f"{request.path}?done=1")
        except Refusal as error:
            refusal = error
    return _answered(request, context, asked.survey, answers, refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def everybody(request: HttpRequest, shop: OrganizationRef, code: str) -> HttpResponse:
    """Show a survey to whoever opened its link or code, and take the answer; the same browser changes it."""
    cookie = f"survey-{code}"
    with organization_scope(shop.id):
        survey = survey_by_code(organization_id=shop.id, code=code)
        about = _about(request, shop)
        key = _key(request.POST.get("key", "")) or _key(request.COOKIES.get(cookie, "")) or new_token()
        before = find_answer(organization_id=shop.id, wave_id=survey.wave.id, key=key) if survey.wave else None
    if survey.is_draft:
        raise NotFound("There is no such survey.", code="survey_not_found")
    context: dict[str, Any] = {
        "survey": survey,
        "is_over": not survey.is_open,
        "is_done": "done" in request.GET and before is not None,
        "is_changed": before is not None,
        "key": key,
        "change_url": f"{request.path}?{urlencode(_kept(about))}",
    }
    answers: Any = before.answers if before else {}
    refusal = None
    if request.method == "POST" and survey.is_open:
        answers = read_posted(request, survey.questions)
        try:
            answer_openly(organization_id=shop.id, code=code, key=key, raw=answers, about=about, now=utc_now())
        except Refusal as error:
            refusal = error
        else:
            response = redirect(f"{request.path}?{urlencode({**_kept(about), 'done': '1'})}")
            life = COOKIE_DAYS * 24 * 3600
            response.set_cookie(
                cookie, key, max_age=life, path=request.path, secure=request.is_secure(), httponly=True, samesite="Lax"
            )
            return response
    return _answered(request, context, survey, answers, refusal)


def _answered(
    request: HttpRequest, context: dict[str, Any], survey: SurveyView, answers: Any, refusal: Refusal | None
) -> HttpResponse:
    questions = show_questions(survey.questions, answers, refusal)
    context["questions"] = questions
    if refusal is not None and not any(each.error for each in questions):
        context["error"] = refusal_sentence(refusal)
    response = render(request, "survey/answer.html", context, status=422 if refusal else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    patch_cache_control(response, private=True, no_store=True)
    return response


def _about(request: HttpRequest, shop: OrganizationRef) -> Context:
    """Return what the link says the answer is about; a store that does not exist is left out."""
    said = {name: text for name in ("store", "staff", "visit", "journey") if WORD.fullmatch(text := request.GET.get(name, ""))}
    if store := said.get("store"):
        try:
            said["store"] = get_store(organization_id=shop.id, code=store).code
        except NotFound:
            del said["store"]
    return Context(**said)


def _kept(about: Context) -> dict[str, str]:
    found = {"store": about.store, "staff": about.staff, "visit": about.visit, "journey": about.journey}
    return {name: text for name, text in found.items() if text}


def _key(text: str) -> str:
    return text if KEY.fullmatch(text) else ""
