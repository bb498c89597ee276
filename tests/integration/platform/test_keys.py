"""API keys: shown once, found fast, refused within five seconds of being taken back."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from phakdi.flows.issue_api_key import issue_api_key
from phakdi.flows.manage_store import add_store
from phakdi.flows.revoke_api_key import revoke_api_key
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden, Invalid, NotFound
from phakdi.platform.audit import queries as audit
from phakdi.platform.keys import queries
from phakdi.platform.keys.authentication import REMEMBERED_SECONDS, authenticate, forget_keys
from phakdi.platform.keys.core import KeyExpired, KeyRevoked, Scope
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    forget_keys()


@pytest.fixture
def issue(organization_id):
    return lambda **more: issue_api_key(
        **{"organization_id": organization_id, "name": "Till", "scopes": ["members:read", "activities:write"], "now": NOW, **more}
    )


def test_a_key_opens_what_it_says(organization_id, issue):
    add_store(organization_id=organization_id, code="A1", given={"name": "x"}, now=NOW)
    issued = issue(stores=["A1"])
    principal = authenticate(issued.token, now=NOW)

    assert (principal.organization_id, principal.key_id, principal.name) == (organization_id, issued.key.id, "Till")
    assert principal.has(Scope.MEMBERS_READ)
    principal.require(Scope.ACTIVITIES_WRITE)
    principal.require_store("A1")
    for refused in (lambda: principal.require(Scope.PROGRAMS_WRITE), lambda: principal.require_store("B2")):
        with pytest.raises(Forbidden):
            refused()


def test_the_token_is_kept_nowhere(organization_id, issue):
    issued = issue()

    _, prefix, secret = issued.token.split("_")
    assert (issued.key.prefix, len(secret)) == (prefix, 48)
    assert issued.token not in repr(issued)
    rows = as_owner("SELECT to_jsonb(k)::text FROM api_key AS k") + as_owner("SELECT to_jsonb(e)::text FROM audit_entry AS e")
    assert [row for (row,) in rows if secret in row] == []


def test_what_is_no_key_opens_nothing(issue):
    token = issue().token
    for wrong in (
        "",
        "x",
        token[:-1],
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token.upper(),
        token + " ",
        "phk_aaaaaaaaaa_" + "0" * 48,
    ):
        assert authenticate(wrong, now=NOW) is None, wrong


def test_an_expired_key_says_so_at_its_last_instant(issue):
    end = NOW + timedelta(days=1)
    token = issue(expires_at=end).token

    assert authenticate(token, now=end - timedelta(microseconds=1)) is not None
    with pytest.raises(KeyExpired):
        authenticate(token, now=end)


def test_a_key_that_was_taken_back_is_refused_soon(organization_id, issue, monkeypatch):
    issued = issue()
    assert authenticate(issued.token, now=NOW) is not None
    revoke_api_key(organization_id=organization_id, key_id=issued.key.id, now=NOW)
    revoke_api_key(organization_id=organization_id, key_id=issued.key.id, now=NOW + timedelta(days=1))

    later = time.monotonic() + REMEMBERED_SECONDS
    assert REMEMBERED_SECONDS < 5
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(KeyRevoked):
        authenticate(issued.token, now=NOW)
    with organization_scope(organization_id):
        assert queries.get_key(organization_id=organization_id, key_id=issued.key.id).revoked_at == NOW
        actions = [(entry.action, entry.subject_id) for entry in audit.entries(organization_id=organization_id)]
    assert actions[:3] == [("api_key.revoked", str(issued.key.id))] * 2 + [("api_key.issued", str(issued.key.id))]


def test_most_calls_ask_nothing_and_the_use_is_noted_once_a_minute(organization_id, issue, django_assert_num_queries):
    issued = issue()
    with django_assert_num_queries(2):
        authenticate(issued.token, now=NOW)
    with django_assert_num_queries(0):
        for _ in range(100):
            authenticate(issued.token, now=NOW + timedelta(seconds=59))
    with django_assert_num_queries(1):
        authenticate(issued.token, now=NOW + timedelta(seconds=60))

    with organization_scope(organization_id):
        assert queries.get_key(organization_id=organization_id, key_id=issued.key.id).last_used_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": " "}, "name_unreadable"),
        ({"scopes": []}, "scopes_missing"),
        ({"scopes": ["everything"]}, "scope_unknown"),
        ({"stores": ["nowhere"]}, "store_not_found"),
        ({"expires_at": NOW}, "expiry_past"),
    ],
)
def test_a_key_that_cannot_be_made_is_not(organization_id, issue, more, code):
    with pytest.raises(Invalid) as refused:
        issue(**more)

    with organization_scope(organization_id):
        assert (refused.value.code, queries.keys_of(organization_id=organization_id)) == (code, [])


def test_a_key_belongs_to_its_organization(organization_id, other_organization_id, issue):
    issued = issue()
    with organization_scope(other_organization_id):
        assert queries.keys_of(organization_id=other_organization_id) == []
    with pytest.raises(NotFound):
        revoke_api_key(organization_id=other_organization_id, key_id=issued.key.id, now=NOW)
    assert authenticate(issued.token, now=NOW) is not None
