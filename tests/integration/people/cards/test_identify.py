"""Whoever shows the code of a card is found; a picture of it is worth nothing a minute later, and to spend nothing at all."""

import secrets
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from phakdi.flows.close_member import close_member
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.identify_by_code import identify_by_code
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.people.cards import operations
from phakdi.people.cards.core import Guard, Verdict, step_at
from phakdi.people.cards.models import Card
from phakdi.people.cards.queries import codes_of
from phakdi.platform.audit.core import Actor

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@pytest.fixture
def show(organization_id, member_id):
    """Return a function that returns what the member's card shows at an instant."""

    def text(at=NOW, slug="shop-1", member_id=member_id):
        with organization_scope(organization_id):
            card = operations.get_or_make_card(organization_id=organization_id, member_id=member_id, now=NOW)
            return codes_of(card, organization=slug, first_step=step_at(at), most=1)[0]

    return text


def refused(organization_id, text, purpose="earn", now=NOW):
    with pytest.raises(Refusal) as caught:
        identify_by_code(organization_id=organization_id, text=text, purpose=purpose, now=now)
    return caught.value.code


def test_member_is_found_as_often_as_the_card_is_scanned_to_earn(organization_id, member_id, show):
    for _ in range(3):
        assert identify_by_code(organization_id=organization_id, text=show(), purpose="earn", now=NOW) == member_id


def test_code_spends_once_and_the_next_one_again(organization_id, member_id, show):
    text = show()
    assert identify_by_code(organization_id=organization_id, text=text, purpose="spend", now=NOW) == member_id
    assert refused(organization_id, text, "spend") == "card_used"
    assert refused(organization_id, text, "spend", NOW + timedelta(seconds=29)) == "card_used"
    assert identify_by_code(organization_id=organization_id, text=text, purpose="earn", now=NOW) == member_id
    later = NOW + timedelta(seconds=30)
    assert identify_by_code(organization_id=organization_id, text=show(later), purpose="spend", now=later) == member_id


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_clocks_half_a_minute_apart_do_no_harm(organization_id, member_id, show, seconds):
    text = show(NOW + timedelta(seconds=seconds))
    assert identify_by_code(organization_id=organization_id, text=text, purpose="spend", now=NOW) == member_id


@pytest.mark.parametrize("seconds", [-91, -600, 91])
def test_picture_older_than_ninety_seconds_is_refused_and_is_no_fault(organization_id, show, seconds):
    for _ in range(6):
        assert refused(organization_id, show(NOW + timedelta(seconds=seconds))) == "card_stale"


def test_card_of_another_shop_and_texts_that_are_none_are_refused(organization_id, show):
    assert refused(organization_id, show(slug="other-shop")) == "card_elsewhere"
    assert refused(organization_id, "0812345678") == "card_unreadable"


def test_card_that_nobody_has_is_refused(organization_id, show):
    head, _, rest = show().partition(".SHOP-1.")
    assert refused(organization_id, f"{head}.SHOP-1.{'A' * 13}{rest[13:]}") == "card_wrong"


def test_fifth_wrong_code_locks_the_card_and_after_five_minutes_it_serves(organization_id, member_id, show):
    right = show()
    wrong = right[:-8] + f"{(int(right[-8:]) + 1) % 10**8:08}"
    assert [refused(organization_id, wrong) for _ in range(7)] == ["card_wrong"] * 5 + ["card_locked"] * 2
    assert refused(organization_id, right) == "card_locked"
    later = NOW + timedelta(minutes=5)
    assert identify_by_code(organization_id=organization_id, text=show(later), purpose="earn", now=later) == member_id


def test_frozen_member_is_found_and_closed_one_is_not(organization_id, member_id, show):
    staff = Actor("staff", "1")
    freeze_member(organization_id=organization_id, member_id=member_id, reason="", now=NOW, actor=staff)
    assert identify_by_code(organization_id=organization_id, text=show(), purpose="earn", now=NOW) == member_id
    close_member(organization_id=organization_id, member_id=member_id, reason="", now=NOW, actor=staff)
    assert refused(organization_id, show()) == "card_wrong"


def test_new_card_makes_the_codes_of_the_old_one_worthless(organization_id, member_id, show):
    text = show()
    with organization_scope(organization_id):
        operations.renew_card(organization_id=organization_id, member_id=member_id, now=NOW)
    assert refused(organization_id, text) == "card_wrong"


def test_secret_is_kept_sealed(organization_id, member_id, show):
    show()
    with organization_scope(organization_id):
        assert Card.objects.get().sealed_secret.startswith("gAAAA")


def _all_at_once(count, do):
    """Run ``do`` in so many threads at once and return what each returned."""
    ready, done = threading.Barrier(count), []

    def run():
        ready.wait()
        try:
            done.append(do())
        except Refusal as refusal:
            done.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def _random_codes(organization_id, text, times=400, at_once=8):
    def guess():
        codes = []
        for _ in range(times // at_once):
            given = text[:-8] + f"{secrets.randbelow(10**8):08}"
            try:
                identify_by_code(organization_id=organization_id, text=given, purpose="spend", now=NOW)
            except Refusal as refusal:
                codes.append(refusal.code)
        return codes

    return [code for codes in _all_at_once(at_once, guess) for code in codes]


def test_guessers_at_eight_tills_together_get_five_tries(organization_id, show):
    answers = _random_codes(organization_id, show())
    assert answers.count("card_wrong") == 5
    assert answers.count("card_locked") == 395


def test_without_the_lock_guessers_would_get_every_try(organization_id, show, monkeypatch):
    monkeypatch.setattr(operations, "judge", lambda shown, **_: (Verdict.WRONG, Guard()))
    assert _random_codes(organization_id, show(), times=80).count("card_wrong") == 80


def test_one_code_at_eight_tills_at_once_spends_once(organization_id, member_id, show):
    text = show()
    answers = _all_at_once(8, lambda: identify_by_code(organization_id=organization_id, text=text, purpose="spend", now=NOW))
    assert answers.count(member_id) == 1
    assert answers.count("card_used") == 7


def test_without_the_unique_key_it_would_spend_at_every_till(organization_id, member_id, show, monkeypatch):
    monkeypatch.setattr("phakdi.flows.identify_by_code.spend_code", lambda **_: True)
    text = show()
    answers = _all_at_once(8, lambda: identify_by_code(organization_id=organization_id, text=text, purpose="spend", now=NOW))
    assert answers.count(member_id) == 8


def test_link_for_friends_finds_its_member_only(organization_id, member_id, other_member_id):
    from phakdi.people.cards.queries import find_inviter

    with organization_scope(organization_id):
        words = {
            each: operations.get_or_make_invitation(organization_id=organization_id, member_id=each, now=NOW)
            for each in (member_id, other_member_id)
        }
        assert (
            operations.get_or_make_invitation(organization_id=organization_id, member_id=member_id, now=NOW) == words[member_id]
        )
        assert {find_inviter(organization_id=organization_id, word=word.lower()): word for word in words.values()} == words
        assert find_inviter(organization_id=organization_id, word="NOBODY") is None
