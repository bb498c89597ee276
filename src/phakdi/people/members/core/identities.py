"""The ways by which we know a member, each in the one form under which it is kept (R118)."""

import re
import unicodedata
from dataclasses import dataclass

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import clean_text, normalize_phone

PHONE = "PHONE"
EMAIL = "EMAIL"
LINE = "LINE"
FACEBOOK = "FACEBOOK"
CARD = "CARD"
EXTERNAL = "EXTERNAL:"
KINDS = (PHONE, LINE, EMAIL, CARD, FACEBOOK)
"""In the order in which they are trusted when they point to different members, the strongest first."""

VALUE_MAX = 200
_LABEL = r"(?!-)[^\s@<>\"(),:;\[\]\\.!#$%&'*+/=?^`{|}~_]{1,63}(?<!-)"
_EMAIL = re.compile(rf"[^\s@<>\"(),:;\[\]\\]{{1,64}}@(?:{_LABEL}\.)+(?!\d){_LABEL}(?<!\.\w)")
_LINE = re.compile(r"U[0-9a-f]{32}")
_FACEBOOK = re.compile(r"[0-9]{3,32}")
_CARD = re.compile(r"[0-9A-Z]{4,64}")
_SYSTEM = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,39}")


@dataclass(frozen=True, slots=True, order=True)
class IdentityKey:
    """One way by which a member is known: a kind and a value in the form in which it is kept."""

    kind: str
    value: str


def read_identity(kind: str, value: str, *, default_region: str = "TH", field: str = "") -> IdentityKey:
    """Return the identity as it is kept: ``0812345678`` and ``+66 81 234 5678`` give the same one.

    ``kind`` is PHONE, EMAIL, LINE, FACEBOOK, CARD or ``EXTERNAL:<system>``. Reading what was read changes nothing.

    Raises:
        Invalid: ``phone_invalid``, ``email_invalid``, ``identity_invalid`` or ``identity_kind_unknown``, with ``field``.
    """
    kind = kind.strip().upper()
    named = field or kind.partition(":")[0].lower()
    if kind == PHONE:
        return IdentityKey(PHONE, normalize_phone(value, default_region, field=named))
    if kind == EMAIL:
        return IdentityKey(EMAIL, _email(value, named))
    plain = clean_text(unicodedata.normalize("NFKC", value[: VALUE_MAX + 1]))
    if kind == LINE:
        return IdentityKey(LINE, _matching(_LINE, plain, named))
    if kind == FACEBOOK:
        return IdentityKey(FACEBOOK, _matching(_FACEBOOK, plain, named))
    if kind == CARD:
        return IdentityKey(CARD, _matching(_CARD, re.sub(r"[\s-]", "", plain).upper(), named))
    if kind.startswith(EXTERNAL) and _SYSTEM.fullmatch(kind.removeprefix(EXTERNAL)):
        return IdentityKey(kind, _external(plain, named))
    raise Invalid("This kind of identity is not known.", code="identity_kind_unknown", field=named, kind=kind[:60])


def masked(identity: IdentityKey) -> str:
    """Return enough of the value for its owner to recognize it and too little for anybody else: ``•••5678``."""
    if identity.kind == EMAIL:
        local, _, domain = identity.value.partition("@")
        return f"{local[:1]}•••@{domain}"
    return "•••" + identity.value[-4:]


def _email(value: str, field: str) -> str:
    plain = clean_text(unicodedata.normalize("NFKC", value[: VALUE_MAX + 1])).lower()
    local = plain.partition("@")[0]
    sound = _EMAIL.fullmatch(plain) and not local.startswith(".") and not local.endswith(".") and ".." not in local
    if len(plain) > VALUE_MAX or not sound:
        raise Invalid("This is no e-mail address.", code="email_invalid", field=field)
    return plain


def _matching(pattern: re.Pattern[str], value: str, field: str) -> str:
    if not pattern.fullmatch(value):
        raise Invalid("This identity cannot be read.", code="identity_invalid", field=field)
    return value


def _external(value: str, field: str) -> str:
    if not value or len(value) > VALUE_MAX or not value.isprintable():
        raise Invalid("This identity cannot be read.", code="identity_invalid", field=field)
    return value
