"""Two members side by side: what is known of each, what differs, and in plain words why they may be one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from phakdi.kit.errors import NotFound
from phakdi.kit.thai import display_phone, format_date
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.ledger.queries import activities_by_time
from phakdi.people.members.models import Member
from phakdi.people.members.queries import identities_of
from phakdi.web import standing
from phakdi.web.access import Desk
from phakdi.web.levels import level_of
from phakdi.web.naming import reader_for
from phakdi.web.words import language

FIELDS = ("title", "given_name", "family_name", "nickname", "birthday", "gender", "phone", "email", "home_store")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the member, what they have, and when they last came."""

    member: Member
    balances: Sequence[standing.Balance]
    vouchers: int
    level: str
    last_at: datetime | None
    identities: int


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both: ``is_different`` where both have it and it is not the same."""

    name: str
    label: str
    values: tuple[str, str]
    is_different: bool

    @property
    def texts(self) -> dict[int, str]:
        """The values by their place."""
        return dict(enumerate(self.values))


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against, in words; ``kind`` is good (the same), warn (nearly) or bad (different)."""

    kind: str
    words: str


def side_of(desk: Desk, member: Member, now: datetime) -> Side:
    """Return what is shown of one member; in a scope."""
    organization_id = desk.organization_id
    known = identities_of(organization_id=organization_id, member_id=member.id)
    last = activities_by_time(organization_id=organization_id, member_id=member.id, limit=1)
    try:
        snapshot = snapshot_of(organization_id=organization_id, member_id=member.id, now=now)
    except NotFound:
        return Side(member, (), 0, "", last[0].occurred_at if last else None, len(known))
    reader = reader_for(desk.organization, snapshot.program)
    level = level_of(snapshot, reader, now)
    return Side(
        member,
        standing.balances(snapshot, reader, now),
        len(standing.own_vouchers(snapshot, reader, now)),
        level.name if level else "",
        last[0].occurred_at if last else None,
        len(known),
    )


def kept_first(one: Side, other: Side) -> tuple[Side, Side]:
    """Return the two so that the one whom one would keep comes first: who is enrolled, then who came last, then who joined first."""

    def worth(side: Side) -> tuple[Any, ...]:
        joined = side.member.joined_at
        return (
            side.member.status == "ACTIVE",
            side.last_at is not None,
            side.identities,
            -(joined.timestamp() if joined else 0),
            side.member.id.int,
        )

    return (one, other) if worth(one) >= worth(other) else (other, one)


def lines_of(one: Member, other: Member) -> list[Line]:
    """Return the fields that either has, with what differs marked."""
    labels = field_labels()
    lines = []
    for name in FIELDS:
        values = _shown(one, name), _shown(other, name)
        if any(values):
            lines.append(Line(name, labels[name], values, all(values) and values[0] != values[1]))
    for key in sorted({*one.attributes, *other.attributes}):
        values = str(one.attributes.get(key, "")), str(other.attributes.get(key, ""))
        lines.append(Line("", key, values, all(values) and values[0] != values[1]))
    return lines


def field_labels() -> dict[str, str]:
    """Return what the fields of a profile are called."""
    return {
        "title": _("Title"),
        "given_name": _("Given name"),
        "family_name": _("Family name"),
        "nickname": _("Nickname"),
        "birthday": _("Birthday"),
        "gender": _("Gender"),
        "phone": _("Phone number"),
        "email": _("E-mail"),
        "home_store": _("Home store"),
    }


def _shown(member: Member, name: str) -> str:
    value = getattr(member, name)
    if not value:
        return ""
    if name == "birthday":
        return format_date(value, language())
    if name == "phone":
        return display_phone(value)
    if name == "gender":
        return {"FEMALE": _("female"), "MALE": _("male"), "OTHER": _("other")}.get(value, value)
    return str(value)


def evidence_of(found: Mapping[str, Sequence[Any]]) -> list[Evidence]:
    """Return the reasons in words, what speaks for one person first; ``found`` is field -> (level, code)."""
    kinds = {"different": "bad", "same": "good", "sounds_same": "good"}
    reasons = [
        Evidence(kinds.get(code, "warn"), words) for field, (_level, code) in found.items() if (words := _words(field, code))
    ]
    return sorted(reasons, key=lambda reason: ("good", "warn", "bad").index(reason.kind))


def _words(field: str, code: str) -> str:
    words = {
        ("given", "same"): _("Same given name"),
        ("given", "sounds_same"): _("Given name written differently, sounds the same"),
        ("given", "one_letter"): _("Given name all but the same: one slip"),
        ("given", "similar"): _("Similar given name"),
        ("given", "different"): _("Different given name"),
        ("given", "swapped"): _("Given and family name swapped"),
        ("family", "same"): _("Same family name"),
        ("family", "sounds_same"): _("Family name written differently, sounds the same"),
        ("family", "one_letter"): _("Family name all but the same: one slip"),
        ("family", "similar"): _("Similar family name"),
        ("family", "different"): _("Different family name"),
        ("nickname", "same"): _("Same nickname"),
        ("nickname", "similar"): _("Similar nickname"),
        ("nickname", "is_given_name"): _("One's nickname is the other's given name"),
        ("nickname", "different"): _("Different nickname"),
        ("birthday", "same"): _("Same birthday"),
        ("birthday", "day_and_month_swapped"): _("Birthday: day and month swapped"),
        ("birthday", "era_mixed_up"): _("Birthday: Buddhist and Christian year mixed up"),
        ("birthday", "one_digit"): _("Birthday the same but for one digit"),
        ("birthday", "same_day"): _("Same day and month of birth, another year"),
        ("birthday", "same_year"): _("Born in the same year, close together"),
        ("birthday", "different"): _("Different birthday"),
        ("phone", "same"): _("Same phone number"),
        ("phone", "one_digit"): _("Same phone number but for one digit"),
        ("phone", "different"): _("Different phone number"),
        ("email", "same"): _("Same e-mail"),
        ("email", "similar"): _("E-mail all but the same"),
        ("email", "different"): _("Different e-mail"),
        ("id", "same"): _("Same card or customer number"),
        ("id", "one_digit"): _("Card or customer number the same but for one sign"),
        ("number", "same"): _("Same house number"),
        ("street", "same"): _("Same street"),
        ("street", "similar"): _("Street all but the same"),
        ("street", "different"): _("Different street"),
        ("place", "same"): _("Same place"),
        ("place", "similar"): _("Place all but the same"),
        ("postcode", "same"): _("Same postcode"),
        ("postcode", "one_digit"): _("Postcode the same but for one digit"),
        ("postcode", "different"): _("Different postcode"),
        ("gender", "different"): _("Different gender"),
    }
    return words.get((field, code), "")


def strength_words(strength: str) -> tuple[str, str]:
    """Return what a strength is called and how it is colored."""
    return {
        "CERTAIN": (_("Almost certain"), "good"),
        "LIKELY": (_("Likely"), "info"),
        "PERHAPS": (_("Perhaps"), "warn"),
    }.get(strength, (_("Hardly alike"), ""))


def difference_words(code: str, details: Mapping[str, Any], names: Mapping[str, str], units: Mapping[str, str]) -> str:
    """Return what cannot be as before, as a sentence; ``names`` are those of the survivor and the merged member."""
    if code == "points_spent_since":
        spender = names[details["by"]]
        figures = {
            "name": spender, "points": f"{details['points']:,}", "owed": f"{details['owed']:,}",
            "unit": units.get(details["unit"], details["unit"]),
        }  # fmt: skip
        if details["owed"]:
            return (
                _("%(name)s spent %(points)s %(unit)s of the other: they are given back, and %(name)s owes %(owed)s of them.")
                % figures
            )
        return _("%(name)s spent %(points)s %(unit)s of the other: they are given back from what %(name)s has.") % figures
    if code == "voucher_used_since":
        return _("A voucher was used since: %(voucher)s") % {"voucher": units.get(details["voucher"], details["voucher"])}
    return _("The level changed since and stays as it is.")


def names_by_id(members: Sequence[Member]) -> dict[UUID, str]:
    """Return how members are shown."""
    return {member.id: member.full_name or member.number for member in members}
