"""Messages: queued once, handed over once, and never sent again where nobody knows whether they arrived."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.engagement.messaging import operations, queries
from phakdi.engagement.messaging.core import MessageChannel, MessageClass, MessageState, Outcome, OutcomeKind
from phakdi.engagement.messaging.models import Message
from phakdi.engagement.messaging.operations import NewMessage
from phakdi.kit.db.scope import NoScope, organization_scope
from phakdi.kit.errors import NotFound
from phakdi.kit.ids import new_id
from phakdi.people.consents import operations as consents
from phakdi.people.consents.core import ConsentChannel, ConsentKey, Purpose
from tests.integration.loyalty.engine.by_hand import all_at_once
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CODE = "483920"
ACCEPTED = Outcome(OutcomeKind.ACCEPTED, "ref-1", status=201, quota_left=99)
BUSY = Outcome(OutcomeKind.RETRY, code="busy", status=429)
NO_ANSWER = Outcome(OutcomeKind.AMBIGUOUS, code="no_answer")


class Desk:
    """One organization's messages, queued, claimed and settled as senders do."""

    def __init__(self, organization_id):
        self.organization_id = organization_id

    def queue(self, kind=MessageClass.SECURITY, *, template="code", channel=MessageChannel.SMS, now=NOW, **more):
        params = {"code": CODE, "ref": "ABCD", "minutes": 5, "number": "1234567890", "hours": 24}
        message = NewMessage(kind, template, channel, "+66812345678", params=params, **more)
        with organization_scope(self.organization_id):
            return operations.queue_message(organization_id=self.organization_id, message=message, now=now)

    def claim(self, now=NOW):
        claims = operations.claim(now=now, most=1)
        return claims[0] if claims else None

    def prepare(self, claim, *, now=NOW, keeps=False):
        with organization_scope(self.organization_id):
            return operations.prepare(claim=claim, provider="fake", keeps_secrets=keeps, now=now)

    def settle(self, claim, outgoing, outcome, *, now=NOW, keeps=False):
        with organization_scope(self.organization_id):
            return operations.settle(claim=claim, attempt_id=outgoing.attempt_id, outcome=outcome, keeps_secrets=keeps, now=now)

    def send(self, outcome, *, now=NOW, keeps=False):
        claim = self.claim(now)
        return self.settle(claim, self.prepare(claim, now=now, keeps=keeps), outcome, now=now, keeps=keeps)

    def kept(self, message_id):
        with organization_scope(self.organization_id):
            return queries.get_message(organization_id=self.organization_id, message_id=message_id)

    def state(self, message_id):
        row = self.kept(message_id)
        return row.state, row.state_reason

    def attempts(self, message_id):
        with organization_scope(self.organization_id):
            found = queries.attempts_of(organization_id=self.organization_id, message_id=message_id)
        return [(each.number, each.state, each.code) for each in found]


@pytest.fixture
def desk(organization_id):
    return Desk(organization_id)


@pytest.fixture
def agree(organization_id, member_id):
    """Return a function by which the member agrees to marketing by SMS, or takes it back."""

    def say(yes, at):
        given = [consents.GivenConsent(ConsentKey(Purpose.MARKETING, ConsentChannel.SMS), is_granted=yes)]
        with organization_scope(organization_id):
            consents.record(
                organization_id=organization_id, member_id=member_id, given=given, circumstances=consents.Circumstances(at=at)
            )

    return say


# --- queueing -------------------------------------------------------------------------------------------------------------


def test_same_key_is_the_same_message(desk, organization_id):
    first = desk.queue(key="fact:1")
    again = desk.queue(key="fact:1", template="frozen")
    other = desk.queue(key="fact:2")

    assert (first == again, first == other) == (True, False)
    assert desk.kept(first).template == "code"
    with organization_scope(organization_id):
        assert Message.objects.filter(organization_id=organization_id).count() == 2


def test_same_key_from_everywhere_at_once_is_one_message(desk):
    assert len(set(all_at_once([lambda: desk.queue(key="fact:1")] * 12))) == 1


def test_keys_are_each_organizations_own(desk, other_organization_id):
    assert desk.queue(key="fact:1") != Desk(other_organization_id).queue(key="fact:1")


def test_without_a_key_each_is_a_message(desk):
    assert desk.queue() != desk.queue()


def test_queueing_demands_a_transaction_and_rolls_back_with_it(desk, organization_id):
    message = NewMessage(MessageClass.SECURITY, "frozen", MessageChannel.SMS, "+66812345678", params={"number": "1"})
    with pytest.raises(NoScope):
        operations.queue_message(organization_id=organization_id, message=message, now=NOW)
    with pytest.raises(LookupError), organization_scope(organization_id):
        operations.queue_message(organization_id=organization_id, message=message, now=NOW)
        raise LookupError

    assert as_owner("SELECT count(*) FROM message") == [(0,)]


# --- claiming -------------------------------------------------------------------------------------------------------------


def test_message_is_claimed_once_until_the_lease_ends(desk, organization_id):
    message_id = desk.queue()

    claim = desk.claim()
    assert (claim.message_id, claim.organization_id, claim.channel) == (message_id, organization_id, MessageChannel.SMS)
    assert desk.claim(NOW + timedelta(seconds=59)) is None
    again = desk.claim(NOW + timedelta(seconds=60))
    assert (again.message_id, again.token != claim.token) == (message_id, True)


def test_codes_go_before_campaigns(desk, member_id):
    later = desk.queue(MessageClass.MARKETING, template="frozen", member_id=member_id)
    first = desk.queue(now=NOW + timedelta(seconds=1))

    assert [desk.claim(NOW + timedelta(seconds=2)).message_id for _ in range(2)] == [first, later]


def test_many_senders_share_the_messages(desk):
    queued = {desk.queue() for _ in range(30)}

    claimed = all_at_once([lambda: operations.claim(now=NOW, most=3)] * 12)

    ids = [claim.message_id for claims in claimed for claim in claims]
    assert (len(ids), set(ids)) == (30, queued)


def test_who_lost_the_lease_prepares_nothing(desk):
    message_id = desk.queue()
    lost = desk.claim()
    held = desk.claim(NOW + timedelta(seconds=60))

    assert desk.prepare(lost, now=NOW + timedelta(seconds=61)) is None
    assert desk.prepare(held, now=NOW + timedelta(seconds=61)).message_id == message_id
    assert desk.attempts(message_id) == [(1, "PREPARED", "")]


# --- handing over -----------------------------------------------------------------------------------------------------------


def test_try_is_written_before_the_message_leaves(desk):
    message_id = desk.queue()
    outgoing = desk.prepare(desk.claim())

    assert (outgoing.destination, outgoing.body) == ("+66812345678", f"รหัส {CODE} (ref ABCD) ใช้ได้ 5 นาที อย่าบอกใคร")
    assert desk.attempts(message_id) == [(1, "PREPARED", "")]
    assert desk.state(message_id) == ("QUEUED", "")


def test_accepted_message_is_sent_for_good(desk):
    message_id = desk.queue()

    assert desk.send(ACCEPTED) is MessageState.SENT
    row = desk.kept(message_id)
    assert (row.state, row.provider, row.provider_ref, row.tries, row.finished_at) == ("SENT", "fake", "ref-1", 1, NOW)
    assert desk.attempts(message_id) == [(1, "SENT", "")]
    assert desk.claim(NOW + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome(OutcomeKind.PERMANENT, code="bad_number"), ("FAILED", "bad_number")),
        (Outcome(OutcomeKind.QUOTA, code="no_credit"), ("FAILED", "no_credit")),
        (NO_ANSWER, ("AMBIGUOUS", "no_answer")),
    ],
)
def test_what_failed_or_is_unclear_is_never_sent_again(desk, outcome, state):
    message_id = desk.queue()
    desk.send(outcome)

    assert desk.state(message_id) == state
    assert desk.attempts(message_id) == [(1, *state)]
    assert desk.claim(NOW + timedelta(days=1)) is None


def test_what_was_certainly_not_sent_is_tried_again_later_and_then_given_up(desk):
    message_id = desk.queue()
    waits, now = [], NOW
    while desk.send(BUSY, now=now) is MessageState.QUEUED:
        due_at = desk.kept(message_id).due_at
        assert desk.claim(due_at - timedelta(milliseconds=1)) is None
        waits.append((due_at - now).total_seconds())
        now = due_at

    bounds = [(0.25 * 2**n, 0.75 * 2**n) for n in range(7)]
    assert all(low <= wait <= high for wait, (low, high) in zip(waits, bounds, strict=True))
    assert desk.state(message_id) == ("FAILED", "busy")
    assert desk.attempts(message_id) == [(n, "FAILED", "busy") for n in range(1, 9)]


def test_second_try_may_succeed(desk):
    message_id = desk.queue()
    desk.send(BUSY)
    desk.send(ACCEPTED, now=NOW + timedelta(seconds=1))

    assert desk.state(message_id) == ("SENT", "")
    assert desk.attempts(message_id) == [(1, "FAILED", "busy"), (2, "SENT", "")]


def test_sender_that_died_leaves_an_unclear_message(desk):
    message_id = desk.queue()
    desk.prepare(desk.claim())  # and is never heard of again
    later = NOW + timedelta(seconds=61)

    assert desk.prepare(desk.claim(later), now=later) is None
    assert desk.state(message_id) == ("AMBIGUOUS", "sender_died")
    assert desk.attempts(message_id) == [(1, "AMBIGUOUS", "sender_died")]
    assert desk.claim(NOW + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("outcome", "settled", "attempt"),
    [
        (ACCEPTED, ("SENT", ""), (1, "SENT", "")),
        (BUSY, ("FAILED", "busy"), (1, "FAILED", "busy")),  # too late for another try: what was secret in it is gone
        (NO_ANSWER, ("AMBIGUOUS", "no_answer"), (1, "AMBIGUOUS", "no_answer")),
    ],
)
def test_sender_taken_for_dead_may_still_answer(desk, outcome, settled, attempt):
    message_id = desk.queue()
    slow = desk.claim()
    outgoing = desk.prepare(slow)
    later = NOW + timedelta(seconds=61)
    desk.prepare(desk.claim(later), now=later)

    told = desk.settle(slow, outgoing, outcome, now=NOW + timedelta(seconds=70))

    assert (desk.state(message_id), told) == (settled, MessageState(settled[0]))
    assert desk.attempts(message_id) == [attempt]
    assert desk.claim(NOW + timedelta(days=1)) is None


def test_message_past_its_time_is_not_sent(desk):
    message_id = desk.queue(expires_at=NOW + timedelta(minutes=5))
    late = NOW + timedelta(minutes=5)

    assert desk.prepare(desk.claim(late), now=late) is None
    assert desk.state(message_id) == ("CANCELLED", "expired")
    assert desk.attempts(message_id) == []


def test_no_try_is_put_off_beyond_the_messages_time(desk):
    message_id = desk.queue(expires_at=NOW + timedelta(seconds=30))

    assert desk.send(Outcome(OutcomeKind.RETRY, code="busy", retry_after_seconds=30)) is MessageState.FAILED
    assert desk.state(message_id) == ("FAILED", "busy")


# --- marketing ------------------------------------------------------------------------------------------------------------


def test_marketing_needs_a_consent_at_the_moment_of_sending(desk, agree, member_id):
    agree(True, NOW)
    message_id = desk.queue(MessageClass.MARKETING, template="frozen", member_id=member_id)
    claim = desk.claim()
    agree(False, NOW + timedelta(seconds=1))  # between queueing and sending

    assert desk.prepare(claim, now=NOW + timedelta(seconds=2)) is None
    assert desk.state(message_id) == ("CANCELLED", "no_consent")
    assert desk.attempts(message_id) == []


def test_marketing_goes_to_who_agreed_to_that_channel_only(desk, agree, member_id, other_member_id):
    agree(True, NOW)
    marketing = {"kind": MessageClass.MARKETING, "template": "frozen"}
    sent = desk.queue(**marketing, member_id=member_id)
    stopped = [
        desk.queue(**marketing, member_id=member_id, channel=MessageChannel.EMAIL),
        desk.queue(**marketing, member_id=other_member_id),
        desk.queue(**marketing),  # to nobody known
    ]
    for _ in range(4):
        desk.prepare(desk.claim())

    assert desk.attempts(sent) == [(1, "PREPARED", "")]
    assert [desk.state(each) for each in stopped] == [("CANCELLED", "no_consent")] * 3


def test_what_is_no_marketing_needs_no_consent(desk, member_id):
    for kind in set(MessageClass) - {MessageClass.MARKETING}:
        desk.queue(kind, template="frozen", member_id=member_id)
        assert desk.send(ACCEPTED) is MessageState.SENT


# --- secrets --------------------------------------------------------------------------------------------------------------


def everything_kept():
    rows = as_owner("SELECT m::text FROM message AS m UNION ALL SELECT a::text FROM delivery_attempt AS a")
    return " ".join(text for (text,) in rows)


def test_code_is_sealed_while_it_waits_and_gone_when_it_was_sent(desk):
    message_id = desk.queue()
    assert CODE not in everything_kept()
    assert desk.kept(message_id).sealed != ""

    desk.send(ACCEPTED)
    row = desk.kept(message_id)
    assert (row.sealed, row.body) == ("", "รหัส •••••• (ref ABCD) ใช้ได้ 5 นาที อย่าบอกใคร")


@pytest.mark.parametrize("outcome", [Outcome(OutcomeKind.PERMANENT), NO_ANSWER])
def test_code_that_was_not_sent_is_gone_too(desk, outcome):
    message_id = desk.queue()
    desk.send(outcome)

    assert desk.kept(message_id).sealed == ""


def test_code_is_kept_for_the_next_try(desk):
    message_id = desk.queue()
    desk.send(BUSY)

    claim = desk.claim(NOW + timedelta(seconds=1))
    assert desk.kept(message_id).sealed != ""
    assert CODE in desk.prepare(claim).body


def test_development_inbox_shows_codes_and_only_those_of_the_console(desk, organization_id):
    desk.queue()
    desk.send(ACCEPTED)  # by another provider
    message_id = desk.queue()
    claim = desk.claim()
    with organization_scope(organization_id):
        outgoing = operations.prepare(claim=claim, provider="console", keeps_secrets=True, now=NOW)
    desk.settle(claim, outgoing, ACCEPTED, keeps=True)

    with organization_scope(organization_id):
        shown = queries.development_inbox(organization_id=organization_id)
    assert [(item.id, item.body, item.state) for item in shown] == [
        (message_id, f"รหัส {CODE} (ref ABCD) ใช้ได้ 5 นาที อย่าบอกใคร", "SENT")
    ]
    assert CODE not in everything_kept()


# --- cancelling and connections -----------------------------------------------------------------------------------------------


def cancel(organization_id, message_id, now=NOW):
    with organization_scope(organization_id):
        return operations.cancel_message(organization_id=organization_id, message_id=message_id, reason="asked", now=now)


def test_only_what_waits_can_be_cancelled(desk, organization_id, other_organization_id):
    message_id = desk.queue()
    with pytest.raises(NotFound):
        cancel(other_organization_id, message_id)
    with pytest.raises(NotFound):
        cancel(organization_id, new_id())

    assert cancel(organization_id, message_id)
    assert (desk.state(message_id), desk.claim()) == (("CANCELLED", "asked"), None)
    assert not cancel(organization_id, message_id)


def test_what_is_being_sent_is_not_cancelled(desk, organization_id):
    message_id = desk.queue()
    desk.claim()

    assert not cancel(organization_id, message_id, NOW + timedelta(seconds=59))
    assert desk.state(message_id) == ("QUEUED", "")


def connect(organization_id, *, provider="thaibulksms", **secrets):
    with organization_scope(organization_id):
        operations.connect_channel(
            organization_id=organization_id,
            channel=MessageChannel.SMS,
            provider=provider,
            settings={"sender": "PHAKDI"},
            secrets=secrets,
            now=NOW,
        )


def found(organization_id):
    with organization_scope(organization_id):
        return queries.find_connection(organization_id=organization_id, channel=MessageChannel.SMS)


def test_connection_keeps_its_secrets_sealed_and_those_not_given_anew(organization_id):
    connect(organization_id, key="k-1", secret="s-very-secret")
    connect(organization_id, key="k-2", secret="")

    assert found(organization_id).settings == {"sender": "PHAKDI", "key": "k-2", "secret": "s-very-secret"}
    ((kept,),) = as_owner("SELECT c::text FROM channel_connection AS c")
    assert [secret for secret in ("k-2", "s-very-secret") if secret in kept] == []
    assert "s-very-secret" not in repr(found(organization_id))


def test_secrets_of_one_provider_are_not_given_to_another(organization_id):
    connect(organization_id, key="k-1", secret="s-1")
    connect(organization_id, provider="console")

    assert (found(organization_id).provider, found(organization_id).settings) == ("console", {"sender": "PHAKDI"})


def test_connection_can_be_left(organization_id, other_organization_id):
    connect(organization_id, key="k-1")
    assert found(other_organization_id) is None
    with organization_scope(organization_id):
        operations.disconnect_channel(organization_id=organization_id, channel=MessageChannel.SMS, now=NOW)

    assert found(organization_id) is None
    with pytest.raises(NotFound), organization_scope(organization_id):
        operations.disconnect_channel(organization_id=organization_id, channel=MessageChannel.SMS, now=NOW)


def test_connection_shows_its_health(desk, organization_id):
    connect(organization_id, key="k-1")

    def health():
        with organization_scope(organization_id):
            (row,) = queries.connections_of(organization_id=organization_id)
        return row.last_ok_at, row.last_error_at, row.last_error, row.quota_left

    assert health() == (None, None, "", None)
    desk.queue()
    desk.send(ACCEPTED)
    assert health() == (NOW, None, "", 99)
    desk.queue()
    later = NOW + timedelta(minutes=1)
    desk.send(Outcome(OutcomeKind.QUOTA, code="no_credit"), now=later)
    assert health() == (NOW, later, "no_credit", 0)


def test_message_of_a_channel_without_a_provider_fails_at_once(desk, organization_id):
    message_id = desk.queue()
    with organization_scope(organization_id):
        operations.fail_unconnected(claim=desk.claim(), now=NOW)

    assert desk.state(message_id) == ("FAILED", "channel_not_connected")
    assert desk.kept(message_id).sealed == ""
