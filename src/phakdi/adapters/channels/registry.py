"""Which provider carries a channel for an organization: its own account, else what the installation offers."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.conf import settings

from phakdi.adapters.channels.console import ConsoleChannel
from phakdi.adapters.channels.email import SmtpEmail, SmtpServer
from phakdi.adapters.channels.thaibulksms import BASE_URL, ThaiBulkSms
from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.ports import Channel
from phakdi.engagement.messaging.queries import Connection, find_connection
from phakdi.kit.db.scope import organization_scope


def channel_for(*, organization_id: UUID, channel: MessageChannel) -> Channel | None:
    """Return what carries the channel for the organization, or None where nothing does.

    Raises:
        WrongHost: the connection points somewhere else than at its provider.
    """
    with organization_scope(organization_id):
        own = find_connection(organization_id=organization_id, channel=channel)
    connection = own or _offered(channel)
    if connection is None:
        return None
    make = _MAKERS.get(connection.provider)
    return make(connection.settings) if make else None


def _offered(channel: MessageChannel) -> Connection | None:
    given: Mapping[str, str] = getattr(settings, "PHAKDI_CHANNELS", {}).get(channel.value, {})
    values = dict(given)
    provider = values.pop("provider", "")
    return Connection(provider, values) if provider else None


def _thaibulksms(given: Mapping[str, str]) -> Channel:
    allowed = ("key", "secret", "sender", "base_url", "force")
    values = {name: given[name] for name in allowed if given.get(name)}
    account = {"sender": "", **values}
    return ThaiBulkSms(
        key=account["key"],
        secret=account["secret"],
        sender=account["sender"],
        base_url=account.get("base_url", BASE_URL),
        force=account.get("force", "standard"),
        allows_local=_allows_local(),
    )


def _smtp(given: Mapping[str, str]) -> Channel:
    texts = {name: given[name] for name in ("host", "sender", "user", "password", "security") if given.get(name)}
    return SmtpEmail(SmtpServer(**texts, port=int(given.get("port") or 587)))


def _console(given: Mapping[str, str]) -> Channel:
    assert not given, "the console channel has no settings"
    return ConsoleChannel()


def _allows_local() -> bool:
    return bool(getattr(settings, "PHAKDI_ALLOW_LOCAL_PROVIDERS", settings.DEBUG))


_MAKERS: Mapping[str, Callable[[Mapping[str, str]], Channel]] = {
    "console": _console,
    "smtp": _smtp,
    "thaibulksms": _thaibulksms,
}
