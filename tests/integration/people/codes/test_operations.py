"""One-time codes in the database: every limit holds exactly, whoever asks at once, and no row tells a secret."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from phakdi.kit.db.scope import NoScope, organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.people.codes import operations, queries
from phakdi.people.codes.core import CodeGone, CountryNotServed, Outcome, TooManyCodes
from phakdi.people.codes.models import Allowance, Budget, Challenge
from phakdi.people.codes.operations import Asker, Proof
from tests.integration.loyalty.engine.by_hand import all_at_once
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
PHONE = "+66812345678"
SESSION = "a-session-of-a-browser"
ADDRESS = "203.0.113.7"
EVERY_COLUMN = "SELECT c::text FROM otp_challenge AS c UNION ALL SELECT a::text FROM code_allowance AS a UNION ALL SELECT b::text FROM code_budget AS b"


@pytest.fixture
def ask(organization_id):
    """Return a function that asks for a code and returns it with the proof of its browser."""

    def issue(
        destination=PHONE, *, purpose="SIGN_IN", channel="SMS", session=SESSION, address=ADDRESS, now=NOW, of=organization_id
    ):
        asker = Asker(session, address)
        with organization_scope(of):
            issued = operations.issue_code(
                organization_id=of,
                purpose=purpose,
                channel=channel,
                destination=destination,
                asker=asker,
                now=now,
                today=now.date(),
            )
        return issued, Proof(issued.challenge_id, channel, destination, session)

    return issue


@pytest.fixture
def attempt(organization_id):
    """Return a function that tries a code and returns the outcome with the tries left."""

    def run(proof, code, *, purpose="SIGN_IN", now=NOW, of=organization_id):
        with organization_scope(of):
            tried = operations.try_code(organization_id=of, purpose=purpose, proof=proof, code=code, now=now)
        return tried.outcome, tried.tries_left

    return run


def refusal_of(call, *args, **more):
    """Return the code of the refusal with its limit and when to come back."""
    with pytest.raises(Refusal) as refusal:
        call(*args, **more)
    return refusal.value.code, refusal.value.details.get("limit"), refusal.value.details.get("retry_at")


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def rows(organization_id):
    """Return how many codes, counts of senders and codes of the day there are."""
    with organization_scope(organization_id):
        sent = sum(len(each.sent) for each in Allowance.objects.filter(organization_id=organization_id))
        day = queries.sent_on(organization_id=organization_id, day=NOW.date())
        return Challenge.objects.filter(organization_id=organization_id).count(), sent, day


def tries_of(organization_id, challenge_id):
    with organization_scope(organization_id):
        return queries.find_challenge(organization_id=organization_id, challenge_id=challenge_id).tries


# --- one code -----------------------------------------------------------------------------------------------------------


def test_right_code_is_accepted_once(ask, attempt):
    issued, proof = ask()

    assert attempt(proof, issued.code) == (Outcome.ACCEPTED, 4)
    assert attempt(proof, issued.code) == (Outcome.GONE, 0)
    assert issued.expires_at - NOW == timedelta(minutes=5)
    assert issued.resend_at - NOW == timedelta(seconds=60)


def test_five_tries_and_no_more(ask, attempt, organization_id):
    issued, proof = ask()

    outcomes = [attempt(proof, wrong(issued.code)) for _ in range(6)]

    assert outcomes == [(Outcome.WRONG, left) for left in (4, 3, 2, 1, 0)] + [(Outcome.GONE, 0)]
    assert attempt(proof, issued.code) == (Outcome.GONE, 0)
    assert tries_of(organization_id, issued.challenge_id) == 5


def test_what_is_no_code_costs_no_try(ask, attempt, organization_id):
    issued, proof = ask()
    with pytest.raises(Invalid):
        attempt(proof, "12345")

    assert tries_of(organization_id, issued.challenge_id) == 0
    assert attempt(proof, " ".join(issued.code)) == (Outcome.ACCEPTED, 4)


@pytest.mark.parametrize(("seconds", "outcome"), [(299.999, Outcome.ACCEPTED), (300, Outcome.GONE)])
def test_code_lives_five_minutes(ask, attempt, seconds, outcome):
    issued, proof = ask()

    assert attempt(proof, issued.code, now=NOW + timedelta(seconds=seconds))[0] is outcome


def test_code_opens_nothing_elsewhere(ask, attempt, organization_id, other_organization_id):
    issued, proof = ask()
    strangers = [
        ({}, Proof(proof.challenge_id, "SMS", PHONE, "another-browsers-session")),
        ({}, Proof(proof.challenge_id, "SMS", "+66898765432", SESSION)),
        ({}, Proof(proof.challenge_id, "EMAIL", PHONE, SESSION)),
        ({"purpose": "CHANGE_CONTACT"}, proof),
        ({"of": other_organization_id}, proof),
    ]

    assert [attempt(theirs, issued.code, **more) for more, theirs in strangers] == [(Outcome.GONE, 0)] * 5
    assert tries_of(organization_id, issued.challenge_id) == 0
    assert attempt(proof, issued.code) == (Outcome.ACCEPTED, 4)


def test_newer_code_takes_the_place_of_the_older(ask, attempt):
    first, first_proof = ask()
    second, second_proof = ask(now=NOW + timedelta(seconds=60))

    assert attempt(first_proof, first.code, now=NOW + timedelta(seconds=61)) == (Outcome.GONE, 0)
    assert attempt(second_proof, second.code, now=NOW + timedelta(seconds=61)) == (Outcome.ACCEPTED, 4)


def test_code_for_another_purpose_stays_open_beside_it(ask, attempt):
    first, first_proof = ask()
    ask("+66898765432", purpose="CHANGE_CONTACT")

    assert attempt(first_proof, first.code) == (Outcome.ACCEPTED, 4)


def test_no_row_tells_code_phone_browser_or_address(ask, attempt):
    issued, proof = ask()
    attempt(proof, wrong(issued.code))
    kept = " ".join(text for (text,) in as_owner(EVERY_COLUMN))

    assert [secret for secret in (issued.code, PHONE, PHONE[3:], SESSION, ADDRESS) if secret in kept] == []
    assert issued.ref in kept


def test_same_code_is_kept_differently_each_time(ask, monkeypatch, organization_id):
    monkeypatch.setattr(operations, "new_code", lambda: "123456")
    ask()
    ask("+66898765432", session="another-browsers-session")

    with organization_scope(organization_id):
        hashes = set(Challenge.objects.filter(organization_id=organization_id).values_list("code_hash", flat=True))
    assert len(hashes) == 2


# --- guessing -----------------------------------------------------------------------------------------------------------


def test_guesses_from_everywhere_at_once_are_five_a_code(ask, attempt, organization_id):
    asked = [ask(f"+6681234567{n}", session=f"browser-number-{n:04}", address=f"203.0.113.{n}") for n in range(4)]
    guesses = [(issued, proof, f"{n:06}") for n in range(60) for issued, proof in asked if f"{n:06}" != issued.code]

    outcomes = all_at_once([lambda g=guess: attempt(g[1], g[2])[0] for guess in guesses])

    assert outcomes.count(Outcome.WRONG) == 20
    assert outcomes.count(Outcome.GONE) == len(guesses) - 20
    assert [tries_of(organization_id, issued.challenge_id) for issued, _ in asked] == [5] * 4
    assert [attempt(proof, issued.code) for issued, proof in asked] == [(Outcome.GONE, 0)] * 4


def test_right_code_from_everywhere_at_once_is_accepted_once(ask, attempt):
    issued, proof = ask()

    outcomes = all_at_once([lambda: attempt(proof, issued.code)[0]] * 20)

    assert (outcomes.count(Outcome.ACCEPTED), outcomes.count(Outcome.GONE)) == (1, 19)


def test_without_the_guard_the_database_still_counts_to_five(ask, attempt, organization_id, monkeypatch):
    guard = "AND tries < tries_max"
    assert operations._TRY.count(guard) == 1
    monkeypatch.setattr(operations, "_TRY", operations._TRY.replace(guard, ""))
    issued, proof = ask()
    for _ in range(5):
        attempt(proof, wrong(issued.code))

    with pytest.raises(IntegrityError, match="otp_challenge_tries"):
        attempt(proof, issued.code)
    assert tries_of(organization_id, issued.challenge_id) == 5


# --- what a right code is good for ----------------------------------------------------------------------------------------


def spend(organization_id, proof, *, purpose="SIGN_IN", now=NOW):
    with organization_scope(organization_id):
        operations.spend_proof(organization_id=organization_id, purpose=purpose, proof=proof, now=now)


def test_proof_is_good_once_for_its_purpose_and_browser(ask, attempt, organization_id):
    issued, proof = ask()
    with pytest.raises(CodeGone):  # not tried yet
        spend(organization_id, proof)
    attempt(proof, issued.code)
    with pytest.raises(CodeGone):
        spend(organization_id, proof, purpose="CHANGE_CONTACT")
    with pytest.raises(CodeGone):
        spend(organization_id, Proof(proof.challenge_id, "SMS", PHONE, "another-browsers-session"))
    with pytest.raises(CodeGone):
        spend(organization_id, Proof(proof.challenge_id, "SMS", "+66898765432", SESSION))

    spend(organization_id, proof, now=NOW + timedelta(minutes=14, seconds=59))
    with pytest.raises(CodeGone):
        spend(organization_id, proof)


def test_proof_ends_after_fifteen_minutes(ask, attempt, organization_id):
    issued, proof = ask()
    attempt(proof, issued.code)

    with pytest.raises(CodeGone):
        spend(organization_id, proof, now=NOW + timedelta(minutes=15))


def test_proof_of_what_failed_afterwards_is_good_again(ask, attempt, organization_id):
    issued, proof = ask()
    attempt(proof, issued.code)
    with pytest.raises(LookupError), organization_scope(organization_id):
        operations.spend_proof(organization_id=organization_id, purpose="SIGN_IN", proof=proof, now=NOW)
        raise LookupError

    spend(organization_id, proof)


# --- limits on sending ------------------------------------------------------------------------------------------------------


def test_next_code_goes_after_a_minute_whoever_asks(ask, organization_id):
    ask()
    soon = NOW + timedelta(seconds=59.9)
    before = rows(organization_id)

    refused = refusal_of(ask, session="another-browsers-session", address="203.0.113.8", now=soon)

    assert refused == ("code_limit_reached", "resend", NOW + timedelta(seconds=60))
    assert rows(organization_id) == before
    ask(now=NOW + timedelta(seconds=60))


def test_a_phone_is_sent_five_codes_an_hour_and_ten_a_day(ask, organization_id):
    for n in range(5):
        ask(now=NOW + timedelta(minutes=n))
    before = rows(organization_id)
    assert refusal_of(ask, now=NOW + timedelta(minutes=30)) == (
        "code_limit_reached", "destination_hour", NOW + timedelta(hours=1)
    )  # fmt: skip
    assert rows(organization_id) == before
    for n in range(5):
        ask(now=NOW + timedelta(hours=2, minutes=n))

    late = NOW + timedelta(hours=10)
    assert refusal_of(ask, now=late) == ("code_limit_reached", "destination_day", NOW + timedelta(hours=24))
    ask("+66898765432", now=late)  # other phones are not held up
    ask(now=NOW + timedelta(hours=24))


def test_an_address_asks_for_twenty_codes_an_hour(ask, organization_id):
    for n in range(20):
        ask(f"+668123456{n:02}", session=f"browser-number-{n:04}")
    before = rows(organization_id)

    assert refusal_of(ask, "+66898765432") == ("code_limit_reached", "address", NOW + timedelta(hours=1))
    assert rows(organization_id) == before == (20, 40, 20)
    ask("+66898765432", address="203.0.113.8")
    ask("+66898765433", now=NOW + timedelta(hours=1))


def test_one_phone_asked_for_at_once_is_sent_one_code(ask, organization_id):
    def once(n):
        try:
            return ask(session=f"browser-number-{n:04}", address=f"203.0.113.{n}")[0]
        except TooManyCodes as refusal:
            return refusal.details["limit"]

    answers = all_at_once([lambda n=n: once(n) for n in range(20)])

    assert answers.count("resend") == 19
    assert rows(organization_id) == (1, 2, 1)


def ask_for_twenty(ask):
    """Return how many of twenty codes, asked for at once for different phones and from different places, were sent."""

    def once(n):
        try:
            ask(f"+668123456{n:02}", session=f"browser-number-{n:04}", address=f"203.0.113.{n}")
        except TooManyCodes as refusal:
            assert (refusal.details["limit"], refusal.details["retry_at"]) == ("budget", None)
            return 0
        return 1

    return sum(all_at_once([lambda n=n: once(n) for n in range(20)]))


def set_budget(organization_id, codes, countries=("+66",)):
    with organization_scope(organization_id):
        operations.set_policy(organization_id=organization_id, daily_budget=codes, countries=countries)


@pytest.mark.parametrize("budget", [0, 1, 7, 20])
def test_budget_of_a_day_is_sent_exactly(ask, organization_id, budget):
    set_budget(organization_id, budget)

    assert ask_for_twenty(ask) == budget
    assert rows(organization_id) == (budget, 2 * budget, budget)


def test_budget_without_its_guard_is_exceeded(ask, organization_id, monkeypatch):
    guard = "WHERE kept.sent < %(budget)s"
    assert operations._SPEND_BUDGET.count(guard) == 1
    monkeypatch.setattr(operations, "_SPEND_BUDGET", operations._SPEND_BUDGET.replace(guard, ""))
    set_budget(organization_id, 7)

    assert ask_for_twenty(ask) == 20


def test_budget_begins_anew_each_day_and_is_each_organizations_own(ask, organization_id, other_organization_id):
    set_budget(organization_id, 1)
    ask()

    assert refusal_of(ask, "+66898765432") == ("code_limit_reached", "budget", None)
    ask("+66898765432", of=other_organization_id)
    ask(now=NOW + timedelta(days=1))


def test_codes_go_to_the_countries_that_are_served(ask, organization_id):
    with pytest.raises(CountryNotServed):
        ask("+85620123456")
    assert rows(organization_id) == (0, 0, 0)

    set_budget(organization_id, 10, countries=["+66", "+856"])
    ask("+85620123456")
    set_budget(organization_id, 10, countries=[])
    with pytest.raises(CountryNotServed):
        ask()
    ask("somchai@example.com", channel="EMAIL", address="203.0.113.8")


@pytest.mark.parametrize(
    ("budget", "countries", "code"),
    [(-1, ["+66"], "budget_invalid"), (1, ["66"], "calling_code_invalid"), (1, ["+0"], "calling_code_invalid")],
)
def test_policy_that_makes_no_sense_is_refused(organization_id, budget, countries, code):
    with pytest.raises(Invalid) as refusal:
        set_budget(organization_id, budget, countries)

    assert refusal.value.code == code
    with organization_scope(organization_id):
        assert queries.policy_of(organization_id=organization_id).daily_budget == 1000


def test_old_codes_and_counts_are_forgotten(ask, organization_id):
    ask()
    ask("+66898765432", session="another-browsers-session", address="203.0.113.8", now=NOW + timedelta(days=3))
    with organization_scope(organization_id):
        forgotten = operations.forget_old(organization_id=organization_id, now=NOW + timedelta(days=8))

        assert forgotten == 1
        assert Allowance.objects.filter(organization_id=organization_id).count() == 2
        assert list(Budget.objects.filter(organization_id=organization_id).values_list("day", flat=True)) == [
            (NOW + timedelta(days=3)).date()
        ]


def test_code_demands_a_transaction(organization_id):
    with pytest.raises(NoScope):
        operations.issue_code(
            organization_id=organization_id, purpose="SIGN_IN", channel="SMS", destination=PHONE, asker=Asker(SESSION, ADDRESS), now=NOW,
            today=NOW.date(),
        )  # fmt: skip
