"""That the member is here before anything of theirs is spent: their card's code, a one-time code, or who may vouch for them."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from phakdi.flows.prove_presence import (
    Asker,
    Proof,
    prove_by_card,
    prove_by_code,
    send_presence_code,
    vouch_for_presence,
)
from phakdi.kit.errors import Refusal
from phakdi.kit.thai import arabic_digits, typed_in_latin
from phakdi.people.codes.core import CODE_DIGITS
from phakdi.people.members.core.identities import EMAIL, PHONE, read_identity
from phakdi.platform.staff.core import Permission
from phakdi.web.counter.desk import BROWSER, CODE_SENT, PROOF_LIFE, PROVED, Work
from phakdi.web.requests import client_address
from phakdi.web.words import add_refusal, refusal_sentence

BROWSER_BYTES = 24


class ProofForm(forms.Form):
    """By what the member shows that they are here."""

    code = forms.CharField(
        label=gettext_lazy("The member’s code"),
        help_text=gettext_lazy("Scan it from their card, or type the six digits that were sent to them."),
        max_length=120,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "data-scan": "card", "data-scan-sends": True, "autofocus": True, "enterkeyhint": "go"}
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("How you know that it is them"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Return the code, also where the scanner's keyboard was set to Thai."""
        return typed_in_latin(arabic_digits(self.cleaned_data["code"])).strip()


def proved_until(request: HttpRequest, member_id: UUID, now: datetime) -> datetime | None:
    """Return until when the member counts as being here, or None."""
    kept = request.session.get(PROVED) or {}
    if kept.get("member") != str(member_id):
        return None
    until = datetime.fromisoformat(kept["until"])
    return until if until > now else None


def can_vouch(work: Work) -> bool:
    """Tell whether somebody may say that they know the member."""
    return work.desk.place.can(Permission.POINTS_ADJUST)


def send_code(request: HttpRequest, work: Work, form: ProofForm, now: datetime) -> None:
    """Send a one-time code to the member; what is refused stands on the form."""
    browser = request.session.get(BROWSER) or secrets.token_urlsafe(BROWSER_BYTES)
    asker = Asker(browser, client_address(request))
    try:
        started = send_presence_code(organization_id=work.desk.organization_id, member_id=work.member.id, asker=asker, now=now)
    except Refusal as refusal:
        add_refusal(form, refusal)
        return
    request.session[BROWSER] = browser
    request.session[CODE_SENT] = {
        "member": str(work.member.id),
        "challenge": str(started.proof.challenge_id),
        "channel": started.proof.channel,
        "ref": started.ref,
        "shown": started.shown_destination,
    }


def sent_code(request: HttpRequest, member_id: UUID) -> dict[str, Any] | None:
    """Return what is known of a code that was sent to this member, or None."""
    kept: dict[str, Any] = request.session.get(CODE_SENT) or {}
    return kept if kept.get("member") == str(member_id) else None


def prove(request: HttpRequest, work: Work, form: ProofForm, now: datetime) -> bool:
    """Tell whether the member is here, and remember it for some minutes; what is wrong stands on the form."""
    if proved_until(request, work.member.id, now):
        return True
    given = form.cleaned_data
    try:
        if given["code"]:
            _by_code(request, work, given["code"], now)
        elif given["reason"] and can_vouch(work):
            vouch_for_presence(place=work.desk.place, member_id=work.member.id, reason=given["reason"], now=now)
        else:
            form.add_error("code", _("Scan the member’s code, or have a code sent to them."))
            return False
    except Refusal as refusal:
        form.add_error("code", refusal_sentence(refusal))
        return False
    request.session[PROVED] = {"member": str(work.member.id), "until": (now + PROOF_LIFE).isoformat()}
    request.session.pop(CODE_SENT, None)
    return True


def _by_code(request: HttpRequest, work: Work, code: str, now: datetime) -> None:
    organization_id, member = work.desk.organization_id, work.member
    sent = sent_code(request, member.id)
    digits = code.replace(" ", "").replace("-", "")
    if sent and digits.isdigit() and len(digits) == CODE_DIGITS:
        kind, value = (PHONE, member.phone) if sent["channel"] == "SMS" else (EMAIL, member.email)
        destination = read_identity(kind, value).value
        proof = Proof(UUID(sent["challenge"]), sent["channel"], destination, request.session[BROWSER])
        prove_by_code(organization_id=organization_id, member_id=member.id, proof=proof, code=digits, now=now)
    else:
        prove_by_card(organization_id=organization_id, member_id=member.id, text=code, now=now)
