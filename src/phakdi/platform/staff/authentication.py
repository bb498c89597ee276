"""Signing in with a password: limited per account and per address, the same answer whether or not anybody is known (F7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction

from phakdi.kit.errors import Forbidden, Invalid, Rejected
from phakdi.platform.staff.core import counted_as, read_email
from phakdi.platform.staff.models import User

HOUR = timedelta(hours=1)
LIMITS = {"account": 10, "address": 100, "factor": 10, "reset": 3, "reset_address": 20, "sign_up": 5}
"""How often something may be tried in any hour; of sign-ins and second factors only failures count."""

_COUNT = """
INSERT INTO sign_in_allowance AS kept (scope, key, tried, last_tried_at)
VALUES (%(scope)s, %(key)s, ARRAY[%(now)s::timestamptz], %(now)s)
ON CONFLICT (scope, key) DO UPDATE SET
    tried = ARRAY(SELECT at FROM unnest(kept.tried) AS at WHERE at > %(since)s) || %(now)s::timestamptz, last_tried_at = %(now)s
WHERE (SELECT count(*) FROM unnest(kept.tried) AS at WHERE at > %(since)s) < %(most)s
"""
_FREE_AT = """
SELECT min(at) FROM sign_in_allowance AS kept, unnest(kept.tried) AS at
WHERE kept.scope = %(scope)s AND kept.key = %(key)s AND at > %(since)s
"""
_FORGIVE = """
UPDATE sign_in_allowance SET tried = array_remove(tried, %(now)s::timestamptz) WHERE scope = %(scope)s AND key = %(key)s
"""
_PURGE = "DELETE FROM sign_in_allowance WHERE last_tried_at < %s"


class WrongCredentials(Forbidden):
    """Nobody signs in so: the e-mail, the password or both are wrong, or the account is closed."""

    code = "sign_in_failed"


class TooManyTries(Rejected):
    """There were too many tries; ``details['retry_at']`` says when another one is heard."""

    code = "sign_in_limited"


@dataclass(frozen=True, slots=True)
class _Counter:
    scope: str
    key: str


def sign_in(*, email: str, password: str, address: str, now: datetime) -> User:
    """Return who signs in with this e-mail and password from this network address.

    Takes as long for an unknown e-mail as for a wrong password, and counts both.

    Raises:
        WrongCredentials: nobody does.
        TooManyTries: whatever the password is, it was not looked at.
    """
    try:
        account = read_email(email)
    except Invalid:
        account = email.strip().lower()[:254]
    counters = [
        _Counter("account", counted_as(settings.SECRET_KEY, account)),
        _Counter("address", counted_as(settings.SECRET_KEY, address)),
    ]
    _count(counters, now)
    user = User.objects.filter(email=account).first()
    if user is None:
        make_password(password)  # as slow as checking one
        raise WrongCredentials("The e-mail or the password is wrong.")
    if not check_password(password, user.password, setter=_setter(user)) or not user.is_active:
        raise WrongCredentials("The e-mail or the password is wrong.")
    _forgive(counters, now)
    return user


def count_factor(*, user_id: UUID, now: datetime) -> None:
    """Count a try at somebody's second factor, or raise TooManyTries."""
    _count([_factor(user_id)], now)


def forgive_factor(*, user_id: UUID, now: datetime) -> None:
    """Take a try back that was right."""
    _forgive([_factor(user_id)], now)


def count_reset(*, email: str, address: str, now: datetime) -> None:
    """Count that a new password was asked for, for an account that may or may not be there, or raise TooManyTries."""
    account = counted_as(settings.SECRET_KEY, email.strip().lower()[:254])
    _count([_Counter("reset", account), _Counter("reset_address", counted_as(settings.SECRET_KEY, address))], now)


def count_sign_up(*, address: str, now: datetime) -> None:
    """Count that somebody at this network address wants an organization of their own. Raises TooManyTries."""
    _count([_Counter("sign_up", counted_as(settings.SECRET_KEY, address))], now)


def purge_tries(*, now: datetime) -> int:
    """Forget tries that no limit looks at any more and return how many counters went."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, [now - 2 * HOUR])
        return cursor.rowcount


def _factor(user_id: UUID) -> _Counter:
    return _Counter("factor", counted_as(settings.SECRET_KEY, str(user_id)))


def _count(counters: list[_Counter], now: datetime) -> None:
    """Count a try, or raise TooManyTries and count nothing. One statement each, so that no crowd exceeds a limit."""
    with transaction.atomic(), connection.cursor() as cursor:
        for counter in counters:
            params: dict[str, Any] = {
                "scope": counter.scope,
                "key": counter.key,
                "now": now,
                "since": now - HOUR,
                "most": LIMITS[counter.scope],
            }
            cursor.execute(_COUNT, params)
            if cursor.rowcount == 0:
                cursor.execute(_FREE_AT, params)
                (first,) = cursor.fetchone() or (None,)
                retry_at = (first or now) + HOUR
                raise TooManyTries("Too many tries. Wait a while.", limit=counter.scope, retry_at=retry_at.isoformat())


def _forgive(counters: list[_Counter], now: datetime) -> None:
    with connection.cursor() as cursor:
        for counter in counters:
            cursor.execute(_FORGIVE, {"scope": counter.scope, "key": counter.key, "now": now})


def _setter(user: User) -> Callable[[str], None]:
    """Return what hashes a password anew where its hash is of an older kind."""

    def renew(password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])

    return renew
