"""How an organization shows itself: names, color, texts, contact and address."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from phakdi.kit.errors import Invalid
from phakdi.kit.text import LANGUAGES, pick
from phakdi.platform.organizations.core.colors import read_color
from phakdi.platform.organizations.core.modules import Module, modules_on

NAME_MAX, GREETING_MAX, WELCOME_MAX, PHONE_MAX, URL_MAX, DOMAIN_MAX = 60, 80, 500, 30, 300, 253
_PHONE = re.compile(r"[0-9+*#()\- ]{3,30}")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LINE_HOSTS = ("line.me", "lin.ee")
_TEXTS = {"names": NAME_MAX, "greeting": GREETING_MAX, "welcome": WELCOME_MAX}
FIELDS = frozenset({*_TEXTS, "accent", "phone", "line_url", "website", "domain"})


@dataclass(frozen=True, slots=True)
class ShownBrand:
    """What everybody may see of an organization; texts are by language, an empty color is the product's own."""

    slug: str
    default_name: str
    names: Mapping[str, str] = field(default_factory=dict)
    accent: str = ""
    greeting: Mapping[str, str] = field(default_factory=dict)
    welcome: Mapping[str, str] = field(default_factory=dict)
    phone: str = ""
    line_url: str = ""
    website: str = ""
    domain: str = ""
    logo_file_id: UUID | None = None
    logo_hash: str = ""
    choices: Mapping[str, bool] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """Return what the organization is called in a language."""
        return pick(self.names, language) or self.default_name

    @property
    def letter(self) -> str:
        """The letter that stands for it where there is no logo, one that every drawing library has: a–z or a digit."""
        written = f"{self.names.get('en', '')} {self.slug}"
        return next(letter for letter in written.upper() if letter.isascii() and letter.isalnum())

    @property
    def version(self) -> str:
        """What changes when the look does; addresses of what caches keep carry it."""
        return hashlib.sha256(f"1 {self.accent} {self.logo_hash} {self.letter}".encode()).hexdigest()[:12]

    @property
    def modules(self) -> frozenset[Module]:
        """What is switched on."""
        return modules_on(self.choices)


def read_brand(given: Mapping[str, object]) -> dict[str, object]:
    """Return the columns that ``given`` sets: names, greeting and welcome by language, accent, phone, line_url, website, domain.

    Raises:
        Invalid: a field is not known or cannot be read; ``details['field']`` names it.
    """
    unknown = sorted(set(given) - FIELDS)
    if unknown:
        raise Invalid("This field is not known.", code="field_unknown", field=unknown[0])
    readers = {"accent": _accent, "phone": _phone, "line_url": _line_url, "website": _website, "domain": _domain}
    columns: dict[str, object] = {}
    for name, value in given.items():
        if name in _TEXTS:
            columns[name] = _texts(name, value, _TEXTS[name])
        else:
            columns[name] = readers[name](str(value or "").strip())
    return columns


def read_host(host: str) -> str:
    """Return a host's name as it is compared: lower case, in ASCII, without port or last dot; or raise Invalid."""
    cleaned = host.strip().lower().rstrip(".")
    try:
        cleaned = cleaned.encode("idna").decode("ascii") if cleaned else cleaned
    except UnicodeError:
        cleaned = ""
    labels = cleaned.split(".")
    is_name = bool(labels[1:]) and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    if not is_name or len(cleaned) > DOMAIN_MAX:
        raise Invalid("Write a host name like card.example.com.", code="domain_unreadable", field="domain")
    return cleaned


def _texts(name: str, value: object, most: int) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else dict.fromkeys(LANGUAGES, value)
    if set(given) - set(LANGUAGES):
        raise Invalid("Write it in Thai and English.", code="language_unknown", field=name, known=list(LANGUAGES))
    written = {language: " ".join(str(text or "").split()) for language, text in given.items()}
    for language, text in written.items():
        if len(text) > most:
            raise Invalid(f"Write at most {most} characters.", code="text_too_long", field=f"{name}_{language}", most=most)
    return {language: text for language, text in written.items() if text}


def _accent(value: str) -> str:
    return read_color(value) if value else ""


def _phone(value: str) -> str:
    if value and not _PHONE.fullmatch(value):
        raise Invalid("Write a phone number.", code="phone_invalid", field="phone")
    return value


def _line_url(value: str) -> str:
    if not value:
        return ""
    if value.startswith("@"):
        value = f"https://line.me/R/ti/p/{value}"
    url = _https(value, "line_url")
    host = urlsplit(url).hostname or ""
    if not any(host == each or host.endswith(f".{each}") for each in _LINE_HOSTS):
        raise Invalid("Write the address of a LINE account.", code="line_address_unreadable", field="line_url")
    return url


def _website(value: str) -> str:
    return _https(value, "website") if value else ""


def _https(value: str, name: str) -> str:
    url = value if "://" in value else f"https://{value}"
    try:
        parts = urlsplit(url)
        host, has_port = parts.hostname or "", parts.port is not None
    except ValueError:
        host, has_port, parts = "", False, urlsplit("")
    strange = any(letter.isspace() or letter in "\\\"'<>" for letter in url)
    if (
        parts.scheme not in {"https", "http"}
        or "." not in host
        or has_port
        or "@" in parts.netloc
        or strange
        or len(url) > URL_MAX
    ):
        raise Invalid("Write an address like https://example.com.", code="address_unreadable", field=name)
    return url


def _domain(value: str) -> str | None:
    return read_host(value) if value else None
