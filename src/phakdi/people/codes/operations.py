"""Every write of one-time codes. Each limit is one conditional statement: no number of callers at once exceeds it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Invalid
from phakdi.kit.ids import new_id
from phakdi.people.codes import queries
from phakdi.people.codes.core import (
    HOLD_HOURS_MAX,
    HOLD_HOURS_MIN,
    SESSION_MIN,
    CodeGone,
    CodePolicy,
    IssuedCode,
    Outcome,
    TooManyCodes,
    Verification,
    check_country,
    keyed_hash,
    new_code,
    new_ref,
    read_code,
    read_purpose,
)
from phakdi.people.codes.models import Allowance, Budget, Challenge, KeptPolicy

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
KEPT = timedelta(days=7)
PROOF_LIFE = timedelta(minutes=15)
NO_GAP = -DAY  # an instant that nothing was sent after

_ALLOW = """
INSERT INTO code_allowance AS kept (organization_id, scope, key, sent, last_sent_at)
VALUES (%(organization)s, %(scope)s, %(key)s, ARRAY[%(now)s::timestamptz], %(now)s)
ON CONFLICT (organization_id, scope, key) DO UPDATE SET
    sent = ARRAY(SELECT at FROM unnest(kept.sent) AS at WHERE at > %(day_ago)s) || %(now)s::timestamptz,
    last_sent_at = %(now)s
WHERE (SELECT count(*) FROM unnest(kept.sent) AS at WHERE at > %(hour_ago)s) < %(per_hour)s
  AND (SELECT count(*) FROM unnest(kept.sent) AS at WHERE at > %(day_ago)s) < %(per_day)s
  AND NOT EXISTS (SELECT FROM unnest(kept.sent) AS at WHERE at > %(gap_ago)s)
"""
_SPEND_BUDGET = """
INSERT INTO code_budget AS kept (organization_id, day, sent)
SELECT %(organization)s::uuid, %(day)s::date, 1 WHERE %(budget)s > 0
ON CONFLICT (organization_id, day) DO UPDATE SET sent = kept.sent + 1 WHERE kept.sent < %(budget)s
"""
_TRY = """
UPDATE otp_challenge SET tries = tries + 1,
    used_at = CASE WHEN code_hash = %(code)s THEN %(now)s::timestamptz END,
    accepted_at = CASE WHEN code_hash = %(code)s THEN %(now)s::timestamptz END
WHERE organization_id = %(organization)s AND id = %(id)s AND purpose = %(purpose)s
  AND session_hash = %(session)s AND destination_hash = %(destination)s
  AND used_at IS NULL AND expires_at > %(now)s AND tries < tries_max
RETURNING used_at IS NOT NULL, tries_max - tries
"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a code: the browser's session (at least 16 characters that nobody can guess) and its address."""

    session: str
    address: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a browser shows to have a code checked: the challenge, to whom the code went, and its session."""

    challenge_id: UUID
    channel: str
    destination: str
    session: str

    def __repr__(self) -> str:
        return f"Proof({self.challenge_id})"


@in_transaction
def issue_code(
    *, organization_id: UUID, purpose: str, channel: str, destination: str, asker: Asker, now: datetime, today: date
) -> IssuedCode:
    """Return a new code for ``destination`` (as identities keep it) and count it; the caller sends it.

    ``today`` is the organization's day: its budget begins anew with it.

    It takes the place of those that the same session asked for before. The caller's transaction must roll back when
    this raises, so that a refused code counts nowhere.

    Raises:
        CountryNotServed: a phone of a country that is not on the list.
        TooManyCodes: a limit was reached: ``resend``, ``destination_hour``, ``destination_day``, ``address`` or ``budget``.
    """
    assert len(asker.session) >= SESSION_MIN, "a session is at least 16 characters"
    policy = queries.policy_of(organization_id=organization_id)
    check_country(channel, destination, policy)
    hashes = _hashes(organization_id, channel, destination, asker.session)
    _count(organization_id, policy, hashes["destination"], _hash("address", organization_id, asker.address), now, today)
    superseded = Challenge.objects.filter(
        organization_id=organization_id, session_hash=hashes["session"], purpose=purpose, used_at=None
    )
    superseded.update(used_at=now)
    code, challenge_id = new_code(), new_id()
    challenge = Challenge.objects.create(
        id=challenge_id,
        organization_id=organization_id,
        purpose=read_purpose(purpose),
        channel=channel,
        destination_hash=hashes["destination"],
        session_hash=hashes["session"],
        code_hash=_hash("code", challenge_id, code),
        ref=new_ref(),
        tries_max=policy.tries_max,
        created_at=now,
        expires_at=now + policy.life,
    )
    return IssuedCode(challenge_id, code, challenge.ref, challenge.expires_at, now + policy.resend_after)


@in_transaction
def try_code(*, organization_id: UUID, purpose: str, proof: Proof, code: str, now: datetime) -> Verification:
    """Try a code and return what came of it. The caller commits whatever the outcome is: a try that is rolled back is free.

    A right code is accepted once. Used, expired, tried too often, for another purpose, browser or destination: GONE.

    Raises:
        Invalid: what was typed is no code; that costs no try.
    """
    digits = read_code(code)
    params: dict[str, Any] = {
        **_hashes(organization_id, proof.channel, proof.destination, proof.session),
        "organization": organization_id,
        "id": proof.challenge_id,
        "purpose": purpose,
        "code": _hash("code", proof.challenge_id, digits),
        "now": now,
    }
    with connection.cursor() as db:
        db.execute(_TRY, params)
        row = db.fetchone()
    if row is None:
        return Verification(Outcome.GONE)
    accepted, tries_left = row
    return Verification(Outcome.ACCEPTED if accepted else Outcome.WRONG, tries_left)


@in_transaction
def spend_proof(*, organization_id: UUID, purpose: str, proof: Proof, now: datetime) -> None:
    """Make use, once and within 15 minutes, of what an accepted code proved; rolled back, it may be used again.

    Raises:
        CodeGone: no such code was accepted for this purpose, browser and destination, or it was made use of before.
    """
    hashes = _hashes(organization_id, proof.channel, proof.destination, proof.session)
    accepted = Challenge.objects.filter(
        organization_id=organization_id,
        id=proof.challenge_id,
        purpose=purpose,
        session_hash=hashes["session"],
        destination_hash=hashes["destination"],
        accepted_at__gt=now - PROOF_LIFE,
        spent_at=None,
    )
    if accepted.update(spent_at=now) == 0:
        raise CodeGone("This code is no longer valid; ask for a new one.")


@in_transaction
def set_policy(*, organization_id: UUID, daily_budget: int, countries: Sequence[str], hold_hours: int = HOLD_HOURS_MIN) -> None:
    """Set how many codes the organization sends a day, to phones of which calling codes (``+66``), and how long spending is held."""
    for country in countries:
        if not re.fullmatch(r"\+[1-9][0-9]{0,3}", country, re.ASCII):
            raise Invalid("A calling code is written like +66.", code="calling_code_invalid", field="countries")
    if daily_budget < 0:
        raise Invalid("A budget is not below zero.", code="budget_invalid", field="daily_budget")
    if not HOLD_HOURS_MIN <= hold_hours <= HOLD_HOURS_MAX:
        raise Invalid("Spending is held for 24 to 72 hours.", code="hold_hours_invalid", field="hold_hours")
    values = {"daily_budget": daily_budget, "countries": list(countries), "hold_hours": hold_hours}
    KeptPolicy.objects.update_or_create(organization_id=organization_id, defaults=values)


@in_transaction
def forget_old(*, organization_id: UUID, now: datetime) -> int:
    """Delete codes and counts that no longer matter and return how many codes."""
    Allowance.objects.filter(organization_id=organization_id, last_sent_at__lt=now - KEPT).delete()
    Budget.objects.filter(organization_id=organization_id, day__lt=(now - KEPT).date()).delete()
    return Challenge.objects.filter(organization_id=organization_id, created_at__lt=now - KEPT).delete()[0]


def _hash(*parts: Any) -> str:
    return keyed_hash(settings.SECRET_KEY, *parts)


def _hashes(organization_id: UUID, channel: str, destination: str, session: str) -> dict[str, str]:
    return {
        "destination": _hash("destination", organization_id, channel, destination),
        "session": _hash("session", organization_id, session),
    }


def _count(organization_id: UUID, policy: CodePolicy, destination: str, address: str, now: datetime, today: date) -> None:
    """Count one code everywhere, always in this order, or raise TooManyCodes."""
    hourly, daily = policy.per_destination_hour, policy.per_destination_day
    if not _allow(organization_id, "DESTINATION", destination, now, (hourly, daily), policy.resend_after):
        raise _why_not(organization_id, policy, destination, now)
    if not _allow(organization_id, "ADDRESS", address, now, (policy.per_address_hour, policy.per_address_hour * 24), NO_GAP):
        raise TooManyCodes("Too many codes were asked for from here.", limit="address", retry_at=now + HOUR)
    with connection.cursor() as db:
        db.execute(_SPEND_BUDGET, {"organization": organization_id, "day": today, "budget": policy.daily_budget})
        if db.rowcount == 0:
            raise TooManyCodes("No more codes are sent today.", limit="budget", retry_at=None)


def _allow(organization_id: UUID, scope: str, key: str, now: datetime, limits: tuple[int, int], gap: timedelta) -> bool:
    params: dict[str, Any] = {
        "organization": organization_id,
        "scope": scope,
        "key": key,
        "now": now,
        "hour_ago": now - HOUR,
        "day_ago": now - DAY,
        "gap_ago": now - gap,
        "per_hour": limits[0],
        "per_day": limits[1],
    }
    with connection.cursor() as db:
        db.execute(_ALLOW, params)
        return db.rowcount == 1


def _why_not(organization_id: UUID, policy: CodePolicy, key: str, now: datetime) -> TooManyCodes:
    """Return which of a destination's limits was reached and when the next code may be sent."""
    sent = sorted(Allowance.objects.get(organization_id=organization_id, scope="DESTINATION", key=key).sent)
    waits = {
        "destination_day": (DAY, policy.per_destination_day),
        "destination_hour": (HOUR, policy.per_destination_hour),
        "resend": (policy.resend_after, 1),
    }
    for limit, (window, most) in waits.items():
        recent = [at for at in sent if at > now - window]
        if len(recent) >= most:
            return TooManyCodes("Too many codes were sent here.", limit=limit, retry_at=recent[-most] + window)
    return TooManyCodes("Too many codes were sent here.", limit="destination_hour", retry_at=now + HOUR)
