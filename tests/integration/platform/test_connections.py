"""Accounts with outside services: what is kept, that secrets stay sealed, and what the audit says."""

import pytest
from django.db import connection

from phakdi.flows.manage_connection import Provider, connect_provider, disconnect_provider, note_provider
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, NotFound
from phakdi.platform.audit.core import Actor
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.connections.queries import find_connection, find_row

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
OWNER = Actor("staff", "1")


def connect(organization_id, settings=None, **secrets):
    connect_provider(
        organization_id=organization_id,
        provider=Provider.LINE_LOGIN,
        settings=settings if settings is not None else {"channel_id": "1234567890", "liff_id": ""},
        secrets=secrets,
        now=utc_now(),
        actor=OWNER,
    )


def found(organization_id):
    with organization_scope(organization_id):
        return find_connection(organization_id=organization_id, provider=Provider.LINE_LOGIN)


def test_secret_is_sealed_and_stays_when_left_empty(organization_id):
    connect(organization_id, channel_secret="very-secret")
    connect(organization_id, {"channel_id": "1234567890", "liff_id": "1234567890-AbCdEfGh"}, channel_secret="")
    kept = found(organization_id)
    assert (dict(kept.settings), dict(kept.secrets)) == (
        {"channel_id": "1234567890", "liff_id": "1234567890-AbCdEfGh"},
        {"channel_secret": "very-secret"},
    )
    assert "very-secret" not in repr(kept)
    with organization_scope(organization_id), connection.cursor() as db:
        db.execute("SELECT provider_connection::text FROM provider_connection")
        assert "very-secret" not in db.fetchone()[0]


@pytest.mark.parametrize(
    ("settings", "secrets", "field"),
    [
        ({}, {"channel_secret": "x"}, "channel_id"),
        ({"channel_id": "abc"}, {"channel_secret": "x"}, "channel_id"),
        ({"channel_id": "1234567890", "liff_id": "no"}, {"channel_secret": "x"}, "liff_id"),
        ({"channel_id": "1234567890"}, {}, "channel_secret"),
        ({"channel_id": "1234567890", "else": "1"}, {"channel_secret": "x"}, "else"),
        ({"channel_id": "1234567890"}, {"channel_secret": "a\nb"}, "channel_secret"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(organization_id, settings, secrets, field):
    with pytest.raises(Invalid) as refused:
        connect(organization_id, settings, **secrets)
    assert refused.value.details["field"] == field
    assert found(organization_id) is None


def test_disconnecting_forgets_the_secret_and_once_is_enough(organization_id):
    connect(organization_id, channel_secret="very-secret")
    disconnect_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=utc_now(), actor=OWNER)
    assert found(organization_id) is None
    with organization_scope(organization_id):
        assert find_row(organization_id=organization_id, provider=Provider.LINE_LOGIN).sealed_secrets == ""
    with pytest.raises(NotFound):
        disconnect_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=utc_now())
    with pytest.raises(Invalid):
        connect(organization_id)


def test_account_of_one_shop_is_no_other_shops(organization_id, other_organization_id):
    connect(organization_id, channel_secret="very-secret")
    assert found(other_organization_id) is None


def test_health_is_noted(organization_id):
    connect(organization_id, channel_secret="very-secret")
    note_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=utc_now(), error="line_refused: nonce")
    with organization_scope(organization_id):
        row = find_row(organization_id=organization_id, provider=Provider.LINE_LOGIN)
    assert (row.last_error, row.last_ok_at) == ("line_refused: nonce", None)
    at = utc_now()
    note_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=at)
    with organization_scope(organization_id):
        row = find_row(organization_id=organization_id, provider=Provider.LINE_LOGIN)
    assert (row.last_error, row.last_ok_at) == ("", at)


def test_audit_says_what_changed_and_no_value(organization_id):
    connect(organization_id, channel_secret="very-secret")
    disconnect_provider(organization_id=organization_id, provider=Provider.LINE_LOGIN, now=utc_now(), actor=OWNER)
    with organization_scope(organization_id):
        noted = entries(organization_id=organization_id, wanted=AuditFilter(subject_kind="connection", subject_id="LINE_LOGIN"))
    assert [(each.action, each.data) for each in noted] == [
        ("connection.ended", {}),
        ("connection.changed", {"fields": ["channel_id", "channel_secret"]}),
    ]
