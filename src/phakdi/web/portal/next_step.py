"""What a member could tell next, one small thing at a time, and what it brings."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from phakdi.flows.member_session import MemberSession
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader
from phakdi.people.members.models import Member
from phakdi.web.portal.perks import BIRTHDAY, perks_of


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to tell: its icon, what it is, what it brings, and the page where it is told."""

    icon: str
    title: str
    why: str
    url: str


def next_step(member: Member, program: CompiledProgram, reader: Reader, session: MemberSession) -> NextStep | None:
    """Return the one thing to ask for now; None where enough is known."""
    if not member.phone:
        why = _("The till finds you by it, and you can come back without LINE.") if session.way == "LINE" else ""
        return NextStep("phone", _("Add your phone number"), why or _("The till finds you by it."), "web:portal_phone")
    if not (member.given_name or member.nickname):
        return NextStep("person", _("Tell us your name"), _("So that we can greet you."), "web:portal_profile")
    if member.birthday is None and (gifts := perks_of(program, reader, BIRTHDAY)):
        return NextStep("cake", _("When is your birthday?"), _("Your gift: %(gift)s") % {"gift": gifts[-1]}, "web:portal_profile")
    if not member.email:
        return NextStep(
            "mail", _("Add your e-mail"), _("We tell you free of charge when points leave or end."), "web:portal_email"
        )
    return None
