"""An organization's own LINE Login channel, and how it answers."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from phakdi.adapters.line.login import Attempt, LineLogin, LinePerson, LineRefused, LineUnavailable
from phakdi.flows.manage_connection import note_provider
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.platform.connections.core import Provider
from phakdi.platform.connections.queries import find_connection

__all__ = ["Attempt", "LinePerson", "LineRefused", "LineUnavailable", "line_finish", "line_of", "line_person"]


def line_of(*, organization_id: UUID) -> LineLogin:
    """Return the organization's channel.

    Raises:
        NotFound: ``provider_not_connected``.
        WrongHost: it points somewhere else than at LINE.
    """
    with organization_scope(organization_id):
        found = find_connection(organization_id=organization_id, provider=Provider.LINE_LOGIN)
    if found is None:
        raise NotFound("LINE is not connected.", code="provider_not_connected", provider=Provider.LINE_LOGIN.value)
    return LineLogin(
        channel_id=found.settings["channel_id"],
        channel_secret=found.secrets["channel_secret"],
        base_url=found.settings.get("base_url", ""),
        allows_local=settings.PHAKDI_ALLOW_LOCAL_PROVIDERS,
    )


def line_finish(*, organization_id: UUID, attempt: Attempt, code: str, redirect_uri: str, now: datetime) -> LinePerson:
    """Return who came back from LINE with ``code``, and note how LINE answered. Raises as `LineLogin.finish`."""
    line = line_of(organization_id=organization_id)
    try:
        person = line.finish(attempt, code=code, redirect_uri=redirect_uri, now=now)
    except (LineUnavailable, LineRefused) as refusal:
        _note(organization_id, refusal, now)
        raise
    note_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=now)
    return person


def line_person(*, organization_id: UUID, id_token: str, now: datetime) -> LinePerson:
    """Return whom the ID token of a page inside LINE is about, and note how LINE answered. Raises as `LineLogin.check`."""
    line = line_of(organization_id=organization_id)
    try:
        person = line.check(id_token, now=now)
    except (LineUnavailable, LineRefused) as refusal:
        _note(organization_id, refusal, now)
        raise
    note_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=now)
    return person


def _note(organization_id: UUID, refusal: LineUnavailable | LineRefused, now: datetime) -> None:
    reason = f"{refusal.code}: {refusal.details.get('reason', '')}"
    note_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=now, error=reason)
