"""The sender, from the queue to a provider's local fake and back."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from phakdi.adapters.channels.registry import channel_for
from phakdi.adapters.channels.sending import find_channel, send_due
from phakdi.engagement.messaging import operations, queries
from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage
from phakdi.kit.db.scope import current_organization, organization_scope
from tests.fakes.smtp import smtp_server
from tests.fakes.thaibulksms import KEY, SECRET, thaibulksms
from tests.integration.loyalty.engine.by_hand import all_at_once
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
PHONE = "+66812345678"


@pytest.fixture
def fake():
    with thaibulksms() as server:
        yield server


@pytest.fixture
def connect():
    """Return a function that gives an organization an account with a provider."""

    def run(organization_id, fake, *, channel=MessageChannel.SMS, secret=SECRET, provider="thaibulksms", **settings):
        given = {"sender": "PHAKDI", "base_url": fake.url} if provider == "thaibulksms" else settings
        with organization_scope(organization_id):
            operations.connect_channel(
                organization_id=organization_id,
                channel=channel,
                provider=provider,
                settings=given,
                secrets={"key": KEY, "secret": secret} if provider == "thaibulksms" else {},
                now=NOW,
            )

    return run


def queue(organization_id, *, channel=MessageChannel.SMS, to=PHONE, code="483920", now=NOW):
    params = {"code": code, "ref": "ABCD", "minutes": 5}
    message = NewMessage(MessageClass.SECURITY, "code", channel, to, params=params, expires_at=now + timedelta(minutes=5))
    with organization_scope(organization_id):
        return operations.queue_message(organization_id=organization_id, message=message, now=now)


def send(now=NOW, **more):
    return send_due(clock=lambda: now, **more)


def state(organization_id, message_id):
    with organization_scope(organization_id):
        row = queries.get_message(organization_id=organization_id, message_id=message_id)
    return row.state, row.state_reason, row.provider


def test_message_goes_through_the_organizations_own_account(connect, fake, organization_id):
    connect(organization_id, fake)
    message_id = queue(organization_id)

    assert send() == 1
    assert state(organization_id, message_id) == ("SENT", "", "thaibulksms")
    (request,) = fake.received
    assert (request.form["msisdn"], re.findall(r"\d{6}", request.form["message"])) == ("66812345678", ["483920"])
    assert (send(), len(fake.received)) == (0, 1)


def test_each_organization_sends_through_its_own(connect, fake, organization_id, other_organization_id):
    connect(organization_id, fake)
    with thaibulksms() as other:
        connect(other_organization_id, other)
        queue(organization_id, code="111111")
        queue(other_organization_id, code="222222")

        assert send() == 2
        assert [re.findall(r"\d{6}", each.received[0].form["message"])[0] for each in (fake, other)] == ["111111", "222222"]
        assert (len(fake.received), len(other.received)) == (1, 1)


def test_provider_is_called_outside_any_transaction(organization_id):
    seen = []

    class Watcher:
        provider, keeps_secrets = "watcher", False

        def send(self, message):
            from django.db import connection

            from phakdi.engagement.messaging.core import Outcome, OutcomeKind

            attempts = as_owner("SELECT state FROM delivery_attempt")
            seen.append((connection.in_atomic_block, current_organization(), attempts))
            return Outcome(OutcomeKind.ACCEPTED)

    queue(organization_id)
    send(find=lambda organization_id, channel: Watcher())

    assert seen == [(False, None, [("PREPARED",)])]


def test_busy_provider_is_asked_again(connect, fake, organization_id):
    connect(organization_id, fake)
    message_id = queue(organization_id)
    fake.answer_next(429, {}, Retry_After="30")

    send()
    assert state(organization_id, message_id) == ("QUEUED", "busy", "thaibulksms")
    assert send(NOW + timedelta(seconds=29)) == 0
    send(NOW + timedelta(seconds=30))
    assert state(organization_id, message_id) == ("SENT", "", "thaibulksms")
    assert len(fake.received) == 2


def test_unclear_answer_is_never_sent_again(connect, fake, organization_id):
    connect(organization_id, fake)
    message_id = queue(organization_id)
    fake.cuts = True
    send()
    fake.cuts = False

    assert send(NOW + timedelta(minutes=2)) == 0
    assert state(organization_id, message_id) == ("AMBIGUOUS", "no_answer", "thaibulksms")
    assert len(fake.received) == 1


def test_wrong_account_fails_and_shows(connect, fake, organization_id):
    connect(organization_id, fake, secret="wrong")
    message_id = queue(organization_id)
    send()

    assert state(organization_id, message_id) == ("FAILED", "error_unauthorized", "thaibulksms")
    with organization_scope(organization_id):
        (health,) = queries.connections_of(organization_id=organization_id)
    assert (health.last_error, health.last_error_at) == ("error_unauthorized", NOW)


def test_many_senders_send_each_message_once(connect, fake, organization_id):
    connect(organization_id, fake)
    fake.credit = 100
    messages = [queue(organization_id, code=f"{n:06}") for n in range(24)]

    taken = all_at_once([send] * 6, threads=6)

    assert sum(taken) == 24
    assert sorted(re.findall(r"\d{6}", each.form["message"])[0] for each in fake.received) == [f"{n:06}" for n in range(24)]
    assert {state(organization_id, each)[0] for each in messages} == {"SENT"}


def test_no_more_is_sent_than_asked_for(connect, fake, organization_id):
    connect(organization_id, fake)
    for _ in range(7):
        queue(organization_id)

    assert (send(most=5), len(fake.received)) == (5, 5)
    assert (send(most=5), len(fake.received)) == (2, 7)


def test_mail_goes_through_the_organizations_own_server(connect, organization_id):
    with smtp_server() as server:
        settings = {"host": "127.0.0.1", "port": str(server.port), "sender": "shop@example.org", "security": "none"}
        connect(organization_id, None, channel=MessageChannel.EMAIL, provider="smtp", **settings)
        message_id = queue(organization_id, channel=MessageChannel.EMAIL, to="somchai@example.com")
        send()

    assert state(organization_id, message_id) == ("SENT", "", "smtp")
    assert server.envelopes == [("shop@example.org", "somchai@example.com")]


# --- which provider -------------------------------------------------------------------------------------------------------


def provider(organization_id, channel=MessageChannel.SMS):
    found = channel_for(organization_id=organization_id, channel=channel)
    return found.provider if found else None


def test_own_account_comes_before_what_the_installation_offers(connect, fake, organization_id, other_organization_id, settings):
    settings.PHAKDI_CHANNELS = {"SMS": {"provider": "console"}}
    connect(organization_id, fake)

    assert (provider(organization_id), provider(other_organization_id)) == ("thaibulksms", "console")
    assert provider(organization_id, MessageChannel.EMAIL) is None
    with organization_scope(organization_id):
        operations.disconnect_channel(organization_id=organization_id, channel=MessageChannel.SMS, now=NOW)
    assert provider(organization_id) == "console"


def test_without_a_provider_a_message_fails_at_once(organization_id, settings):
    settings.PHAKDI_CHANNELS = {}
    message_id = queue(organization_id)

    assert send() == 1
    assert state(organization_id, message_id) == ("FAILED", "channel_not_connected", "")


@pytest.mark.parametrize("offered", [{"provider": "nobody"}, {}])
def test_unknown_provider_carries_nothing(organization_id, settings, offered):
    settings.PHAKDI_CHANNELS = {"SMS": offered}

    assert provider(organization_id) is None


def test_account_that_points_elsewhere_carries_nothing_in_production(connect, fake, organization_id, settings, caplog):
    settings.PHAKDI_ALLOW_LOCAL_PROVIDERS = False
    connect(organization_id, fake)
    message_id = queue(organization_id)

    assert find_channel(organization_id, MessageChannel.SMS) is None
    send()
    assert state(organization_id, message_id) == ("FAILED", "channel_not_connected", "")
    assert fake.received == []


# --- what is written down -------------------------------------------------------------------------------------------------


def test_console_prints_the_code_and_keeps_it_in_the_inbox(organization_id, settings, caplog):
    settings.PHAKDI_CHANNELS = {"SMS": {"provider": "console"}}
    queue(organization_id)
    with caplog.at_level(logging.INFO, "phakdi.channels"):
        send()

    assert "SMS to …678: รหัส 483920 (ref ABCD)" in caplog.text
    with organization_scope(organization_id):
        (item,) = queries.development_inbox(organization_id=organization_id)
    assert (item.channel, item.destination, item.state) == ("SMS", PHONE, "SENT")
    assert re.findall(r"\d{6}", item.body) == ["483920"]


def test_no_log_tells_code_phone_or_account(connect, fake, organization_id, caplog):
    connect(organization_id, fake)
    queue(organization_id)
    queue(organization_id)
    fake.answer_next(500, {"error": {"name": "CANNOT SEND TO 66812345678: 483920"}})
    with caplog.at_level(logging.DEBUG):
        send()

    ((written,),) = as_owner("SELECT string_agg(m::text, ' ') FROM delivery_attempt AS m")
    for secret in ("483920", KEY, SECRET):
        assert secret not in caplog.text + written
    assert "812345678" not in caplog.text
