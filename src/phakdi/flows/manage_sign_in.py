"""How somebody of the staff proves who they are: passwords by link, second factors, sessions; each change is told them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from phakdi.flows.organization_trail import note
from phakdi.flows.tell_staff import tell_user
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff import factors, operations, queries, sessions
from phakdi.platform.staff.authentication import count_reset
from phakdi.platform.staff.core import FactorKind, LinkKind
from phakdi.platform.staff.factors import Site, app_address
from phakdi.platform.staff.factors import new_secret as new_app_secret
from phakdi.platform.staff.models import Authenticator, User
from phakdi.platform.staff.sessions import (
    RESET_LIVES,
    Browser,
    end_session,
    end_sessions,
    find_link,
    forget_session,
    move_session,
    note_seen,
)

__all__ = [
    "app_address",
    "end_session",
    "end_sessions",
    "find_link",
    "forget_session",
    "move_session",
    "new_app_secret",
    "note_seen",
]
LinkMaker = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Change:
    """What a mail and the audit say of a change of somebody's sign-in."""

    action: str
    th: str
    en: str


PASSWORD = Change("staff.password_changed", "มีการเปลี่ยนรหัสผ่านของคุณ", "Your password was changed.")
APP_ADDED = Change("staff.factor_added", "เพิ่มแอปยืนยันตัวตนในบัญชีของคุณ", "An authenticator app was added to your account.")
PASSKEY_ADDED = Change("staff.factor_added", "เพิ่มพาสคีย์ในบัญชีของคุณ", "A passkey was added to your account.")
REMOVED = Change("staff.factor_removed", "ลบการยืนยันตัวตนขั้นที่สองออกจากบัญชีของคุณ", "A second factor was removed from your account.")
CODES = Change("staff.codes_made", "สร้างรหัสสำรองชุดใหม่", "New recovery codes were made for your account.")
PAPER_USED = Change("staff.code_used", "มีการเข้าสู่ระบบด้วยรหัสสำรอง", "A recovery code was used to sign in.")


def note_sign_in(*, user: User, session_key: str, browser: Browser, now: datetime) -> bool:
    """Note that somebody has signed in, and write to them where the browser is new; tell whether it is."""
    is_new = sessions.note_sign_in(user=user, session_key=session_key, browser=browser, now=now)
    if is_new:
        tell_user(user=user, template="staff_new_device", params={"device": browser.agent[:200] or "?"}, now=now)
    return is_new


def ask_for_reset(*, email: str, address: str, link: LinkMaker, now: datetime) -> None:
    """Mail a link by which a forgotten password is replaced, if anybody signs in with this e-mail; never tell whether.

    Raises:
        TooManyTries: it was asked for too often.
    """
    count_reset(email=email, address=address, now=now)
    try:
        user = queries.find_user(email=email)
    except Invalid:
        return
    if user is None or not user.is_active:
        return
    token = sessions.new_link(user=user, kind=LinkKind.RESET, now=now)
    params = {"link": link(token), "minutes": int(RESET_LIVES.total_seconds() // 60)}
    tell_user(user=user, template="staff_reset", params=params, now=now, lives=RESET_LIVES)


def choose_password(*, token: str, password: str, now: datetime) -> User:
    """Use a mailed link up for a new password, sign every browser out, and return whose it is.

    Raises:
        LinkDead: the link was used or is too old.
        Invalid: the password is weak; the link stays good.
    """
    with transaction.atomic():
        user = sessions.use_link(token=token, now=now)
        operations.set_password(user=user, password=password)
        sessions.void_links(user=user)
    sessions.end_sessions(user=user)
    _leave(user, PASSWORD, now)
    return user


def change_password(*, user: User, password: str, session_key: str, now: datetime) -> int:
    """Give somebody who is signed in a new password, sign their other browsers out, and return how many those were.

    Raises:
        Invalid: it is weak.
    """
    with transaction.atomic():
        operations.set_password(user=user, password=password)
        sessions.void_links(user=user)
    ended = sessions.end_sessions(user=user, but=session_key)
    _leave(user, PASSWORD, now)
    return ended


def add_app(*, user: User, secret: str, code: str, now: datetime) -> list[str]:
    """Keep an authenticator app and return codes on paper where it is the first factor. Raises WrongCode, AppThere."""
    is_first = not factors.factors_of(user_id=user.id)
    factors.add_app(user=user, secret=secret, code=code, now=now)
    _leave(user, APP_ADDED, now)
    return factors.new_codes(user=user) if is_first else []


def add_passkey(
    *, user: User, site: Site, state: Mapping[str, Any], response: Mapping[str, Any], name: str, now: datetime
) -> list[str]:
    """Keep a passkey and return codes on paper where it is the first factor. Raises PasskeyRefused, Invalid."""
    is_first = not factors.factors_of(user_id=user.id)
    factors.add_passkey(user=user, site=site, state=state, response=response, name=name, now=now)
    _leave(user, PASSKEY_ADDED, now)
    return factors.new_codes(user=user) if is_first else []


def remove_factor(*, user: User, factor_id: UUID, now: datetime) -> Authenticator:
    """Remove one of somebody's factors. Raises UnknownFactor."""
    removed = factors.remove_factor(user=user, factor_id=factor_id)
    _leave(user, REMOVED, now)
    return removed


def new_codes(*, user: User, now: datetime) -> list[str]:
    """Give somebody new codes on paper and return them; the ones before are void."""
    codes = factors.new_codes(user=user)
    _leave(user, CODES, now)
    return codes


def check_code(*, user: User, code: str, now: datetime) -> str:
    """Take a code of an app or on paper; the use of a paper one is told. Raises WrongCode, TooManyTries."""
    used = factors.check_code(user=user, code=code, now=now)
    if used == "paper":
        _leave(user, PAPER_USED, now)
    return used


def has_passkey(found: list[Authenticator]) -> bool:
    """Tell whether one of the factors is a passkey."""
    return any(each.kind == FactorKind.PASSKEY.value for each in found)


def has_app(found: list[Authenticator]) -> bool:
    """Tell whether one of the factors is an authenticator app."""
    return any(each.kind == FactorKind.APP.value for each in found)


def _leave(user: User, change: Change, now: datetime) -> None:
    """Write to somebody of a change of their sign-in, and note it in every organization they work for."""
    for place in queries.places_of(user_id=user.id):
        with organization_scope(place.organization_id):
            staff_id = str(place.staff_id)
            note(
                organization_id=place.organization_id,
                action=change.action,
                subject=("staff", staff_id),
                now=now,
                actor=Actor("staff", staff_id),
            )
    tell_user(user=user, template="staff_credentials", params={"what_th": change.th, "what_en": change.en}, now=now)
