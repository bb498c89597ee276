"""Which consents members are asked for, in whose words, and what they said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.kit.text import pick
from phakdi.people.consents.core import ConsentChannel, ConsentKey, Purpose
from phakdi.people.consents.queries import current_consents, text_at, to_ask_again

ASKED: tuple[ConsentKey, ...] = (
    ConsentKey(Purpose.MARKETING, ConsentChannel.SMS),
    ConsentKey(Purpose.MARKETING, ConsentChannel.EMAIL),
    ConsentKey(Purpose.PROFILING, ConsentChannel.ANY),
)
LABELS: Mapping[ConsentKey, str | Promise] = {
    ASKED[0]: _("News and offers by SMS"),
    ASKED[1]: _("News and offers by e-mail"),
    ASKED[2]: _("Offers that fit what I buy"),
}
OUR_WORDS: Mapping[Purpose, str | Promise] = {
    Purpose.MARKETING: _("The shop may send me news and offers. I can take this back at any time."),
    Purpose.PROFILING: _("The shop may use what I buy to choose offers for me. I can take this back at any time."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its name on the form, its words and their version, and the answer so far."""

    name: str
    key: ConsentKey
    label: str
    words: str
    version: int
    is_granted: bool = False
    at: datetime | None = None
    is_outdated: bool = False  # agreed to in words that have changed so much since that it counts no more


def questions(*, organization_id: UUID, now: datetime, language: str, member_id: UUID | None = None) -> list[Asked]:
    """Return what is asked, with the words in force now (ours where the organization wrote none); in a scope."""
    said = current_consents(organization_id=organization_id, member_id=member_id) if member_id else {}
    texts = {p: text_at(organization_id=organization_id, purpose=p, at=now) for p in {key.purpose for key in ASKED}}
    outdated = set(to_ask_again(organization_id=organization_id, member_id=member_id, at=now)) if member_id else set()
    found = []
    for key in ASKED:
        text, state = texts[key.purpose], said.get(key)
        words = pick(text.texts, language) if text else str(OUR_WORDS[key.purpose])
        name = f"consent_{key.purpose}_{key.channel}".lower()
        version = text.version if text else 0
        is_granted = bool(state and state.is_granted) and key not in outdated
        said_at = state.at if state else None
        found.append(Asked(name, key, str(LABELS[key]), words, version, is_granted, said_at, key in outdated))
    return found


PURPOSES: Mapping[Purpose, str | Promise] = {
    Purpose.MARKETING: _("News and offers"),
    Purpose.PROFILING: _("Offers that fit what I buy"),
    Purpose.PARTNERS: _("Passing data on to partners"),
    Purpose.RESEARCH: _("Research"),
    Purpose.SENSITIVE: _("Sensitive data"),
}
WAYS: Mapping[ConsentChannel, str | Promise] = {ConsentChannel.EMAIL: _("E-mail"), ConsentChannel.PHONE: _("Phone")}


def consent_name(key: ConsentKey) -> str:
    """Return what a consent is about, in words."""
    name = str(PURPOSES.get(key.purpose, key.purpose))
    return name if key.channel is ConsentChannel.ANY else f"{name} · {WAYS.get(key.channel, key.channel)}"
