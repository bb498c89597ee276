"""Which outside services an organization may connect, and what each must be told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from phakdi.kit.errors import Invalid

SECRET_MAX = 500


class Provider(StrEnum):
    """An outside service."""

    LINE_LOGIN = "LINE_LOGIN"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One setting of a service: how it is written, and whether it may be left out."""

    pattern: str
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """What a service must be told: settings that anybody may see, and secrets that nobody sees again."""

    settings: Mapping[str, Wanted]
    secrets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Connection:
    """How a service is reached, with its secrets in the clear."""

    provider: Provider
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)


FORMS: Mapping[Provider, ProviderForm] = {
    Provider.LINE_LOGIN: ProviderForm(
        {
            "channel_id": Wanted(r"[0-9]{6,20}"),
            "liff_id": Wanted(r"[0-9]{6,20}-[A-Za-z0-9]{4,20}", is_required=False),
            "base_url": Wanted(r"https?://[^\s]{1,200}", is_required=False),  # of a test server
        },
        frozenset({"channel_secret"}),
    ),
}


def read_settings(provider: Provider, given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings as they are kept; empty ones are left out.

    Raises:
        Invalid: ``setting_unreadable`` or ``field_unknown``, with ``field``.
    """
    wanted = FORMS[provider].settings
    if unknown := sorted(given.keys() - wanted.keys()):
        raise Invalid("There is no such setting.", code="field_unknown", field=unknown[0])
    read: dict[str, str] = {}
    for name, how in wanted.items():
        value = str(given.get(name) or "").strip()
        if value and not re.fullmatch(how.pattern, value, re.ASCII):
            raise Invalid("This setting cannot be read.", code="setting_unreadable", field=name)
        if not value and how.is_required:
            raise Invalid("This setting is needed.", code="setting_unreadable", field=name)
        if value:
            read[name] = value
    return read


def read_secrets(provider: Provider, given: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that were given; empty ones say that what is kept stays. Raises Invalid."""
    read = {name: str(value).strip() for name, value in given.items() if str(value).strip()}
    if unknown := sorted(read.keys() - FORMS[provider].secrets):
        raise Invalid("There is no such setting.", code="field_unknown", field=unknown[0])
    for name, value in read.items():
        if len(value) > SECRET_MAX or not value.isprintable():
            raise Invalid("This setting cannot be read.", code="setting_unreadable", field=name)
    return read
