"""Where somebody is signed in, which browsers are known, and links by which a password is chosen. None needs a scope."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from phakdi.kit.errors import Forbidden, NotFound
from phakdi.platform.staff.core import LinkKind
from phakdi.platform.staff.models import KnownDevice, MailLink, SignedIn, User

RESET_LIVES, INVITE_LIVES = timedelta(minutes=30), timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
AGENT_MAX = 300
SESSIONS_MAX = 100
DEVICES_KEPT = timedelta(days=400)
_LABEL = b"phakdi staff link\x1f"


class LinkDead(Forbidden):
    """The link was used, is too old, or never was one."""

    code = "link_dead"


class UnknownSession(NotFound):
    """The person is not signed in there."""

    code = "session_not_found"


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody signs in: what the browser says it is, its address, and the token it keeps."""

    agent: str
    address: str
    token: str


def note_sign_in(*, user: User, session_key: str, browser: Browser, now: datetime) -> bool:
    """Note that somebody is signed in; return whether this browser is new where others are known."""
    SignedIn.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": user,
            "agent": browser.agent[:AGENT_MAX],
            "address": browser.address,
            "began_at": now,
            "seen_at": now,
        },
    )
    known = KnownDevice.objects.filter(user=user)
    is_known = known.filter(hash=_digest(browser.token)).update(last_seen_at=now) == 1
    is_first = not known.exists()
    if not is_known:
        device = KnownDevice(
            user=user, hash=_digest(browser.token), agent=browser.agent[:AGENT_MAX], first_seen_at=now, last_seen_at=now
        )
        KnownDevice.objects.bulk_create([device], ignore_conflicts=True)
    return not is_known and not is_first


def note_seen(*, session_key: str, now: datetime) -> None:
    """Note that a signed-in browser is in use; every five minutes is enough."""
    SignedIn.objects.filter(session_key=session_key, seen_at__lt=now - SEEN_EVERY).update(seen_at=now)


def move_session(*, before: str, after: str) -> None:
    """Keep the note of a session that got another key."""
    SignedIn.objects.filter(session_key=before).update(session_key=after)


def sessions_of(*, user_id: UUID) -> list[SignedIn]:
    """Return where somebody is signed in at present, latest use first."""
    rows = list(SignedIn.objects.filter(user_id=user_id).order_by("-seen_at", "-id")[:SESSIONS_MAX])
    alive = _alive([row.session_key for row in rows])
    return [row for row in rows if row.session_key in alive]


def end_session(*, user: User, session_id: UUID) -> None:
    """Sign somebody out in one browser. Raises UnknownSession."""
    found = SignedIn.objects.filter(user=user, id=session_id).first()
    if found is None:
        raise UnknownSession("You are not signed in there.", session_id=str(session_id))
    _end([found.session_key])


def end_sessions(*, user: User, but: str = "") -> int:
    """Sign somebody out everywhere, ``but`` in one session, and return in how many browsers."""
    keys = [key for key in SignedIn.objects.filter(user=user).values_list("session_key", flat=True) if key != but]
    _end(keys)
    return len(keys)


def forget_session(*, session_key: str) -> None:
    """Forget a session that its owner has ended."""
    SignedIn.objects.filter(session_key=session_key).delete()


def purge_sessions(*, now: datetime) -> int:
    """Forget notes of sessions that are over, devices not seen for a year, and links nobody can use any more."""
    old = SignedIn.objects.filter(began_at__lt=now - timedelta(days=30)).delete()[0]
    old += KnownDevice.objects.filter(last_seen_at__lt=now - DEVICES_KEPT).delete()[0]
    return old + MailLink.objects.filter(expires_at__lt=now - timedelta(days=7)).delete()[0]


# --- links in mails ---------------------------------------------------------------------------------------------------------


def new_link(*, user: User, kind: LinkKind, now: datetime) -> str:
    """Return the secret of a new link; older ones of the kind are void."""
    token = secrets.token_urlsafe(32)
    lives = RESET_LIVES if kind is LinkKind.RESET else INVITE_LIVES
    with transaction.atomic():
        MailLink.objects.filter(user=user, kind=kind.value).delete()
        MailLink.objects.create(user=user, kind=kind.value, hash=_digest(token), created_at=now, expires_at=now + lives)
    return token


def find_link(*, token: str, now: datetime) -> MailLink:
    """Return an unused link with its user, or raise LinkDead."""
    found = MailLink.objects.filter(hash=_digest(token), used_at=None, expires_at__gt=now).select_related("user").first()
    if found is None:
        raise LinkDead("This link was used or is too old.")
    return found


def use_link(*, token: str, now: datetime) -> User:
    """Use a link up and return whose it was; of many at once one succeeds. Raises LinkDead.

    Runs in the transaction of what it is used for, so that a password that is refused leaves it unused.
    """
    unused = MailLink.objects.filter(hash=_digest(token), used_at=None, expires_at__gt=now)
    if unused.update(used_at=now) == 0:
        raise LinkDead("This link was used or is too old.")
    return MailLink.objects.select_related("user").get(hash=_digest(token)).user


def void_links(*, user: User) -> None:
    """Make every link of somebody useless: their password has changed."""
    MailLink.objects.filter(user=user).delete()


def _end(keys: Collection[str]) -> None:
    for key in keys:
        SessionStore(key).delete()
    SignedIn.objects.filter(session_key__in=keys).delete()


def _alive(keys: Collection[str]) -> set[str]:
    model = SessionStore.get_model_class()
    return set(model.objects.filter(session_key__in=keys).values_list("session_key", flat=True))


def _digest(token: str) -> str:
    return hashlib.sha256(_LABEL + token.encode()).hexdigest()
