"""Somebody tries stolen passwords (F7): 10,000 sign-ins from 1,000 addresses to 500 accounts, a hundredth of them right."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import hashers
from django.contrib.auth.hashers import make_password
from django.test import Client

from phakdi.platform.staff import authentication
from phakdi.platform.staff.authentication import TooManyTries, WrongCredentials, sign_in
from phakdi.platform.staff.models import User

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # what is counted are tries, not their cost
ACCOUNTS, ADDRESSES, TRIES = 500, 1000, 10_000


@pytest.fixture
def accounts(settings):
    """Return five hundred people whose password is known to nobody else."""
    settings.PASSWORD_HASHERS = FAST
    hashers.get_hashers.cache_clear()
    hashers.get_hashers_by_algorithm.cache_clear()
    hashed = make_password("the right password")
    people = [
        User(email=f"p{number}@shop.example", name=f"P{number}", password=hashed, created_at=NOW) for number in range(ACCOUNTS)
    ]
    User.objects.bulk_create(people)
    yield [user.email for user in people]
    hashers.get_hashers.cache_clear()
    hashers.get_hashers_by_algorithm.cache_clear()


def stuff(accounts, tries=TRIES):
    """Try so often within an hour; return what each account was served: wrong, right, limited."""
    chance = random.Random(7)
    served: dict[str, Counter] = {email: Counter() for email in accounts}
    for number in range(tries):
        email = accounts[number % ACCOUNTS] if number % 3 else chance.choice(accounts[:50])  # some are wanted more
        is_right = number % 100 == 0
        try:
            sign_in(
                email=email,
                password="the right password" if is_right else f"wrong {number}",
                address=f"10.0.{number % ADDRESSES // 250}.{number % 250}",
                now=NOW + timedelta(seconds=number * 0.35),
            )
        except WrongCredentials:
            served[email]["wrong"] += 1
        except TooManyTries:
            served[email]["limited"] += 1
        else:
            served[email]["right"] += 1
    return served


def test_at_most_ten_wrong_tries_an_hour_are_served_for_an_account(accounts):
    served = stuff(accounts)
    assert sum(count.total() for count in served.values()) == TRIES
    assert max(count["wrong"] for count in served.values()) == 10
    assert sum(count["limited"] for count in served.values()) > TRIES / 4  # the wanted ones were held off


def test_control_without_the_limit_they_are_served_all(accounts, monkeypatch):
    monkeypatch.setitem(authentication.LIMITS, "account", 10**6)
    served = stuff(accounts, 2000)
    assert max(count["wrong"] for count in served.values()) > 10


def test_answer_for_an_unknown_account_is_the_one_for_a_wrong_password(accounts, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    bodies = []
    for email in (accounts[0], "nobody@shop.example"):
        answer = Client(headers={"accept-language": "en"}).post("/sign-in/", {"email": email, "password": "wrong"})
        bodies.append((answer.status_code, _plain(answer.text).replace(email, "")))
    assert bodies[0] == bodies[1]


def test_unknown_account_costs_as_much_work_as_a_wrong_password(accounts, monkeypatch):
    worked = []
    real = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda self, *given: worked.append(1) or real(self, *given))
    counts = []
    for email in (accounts[0], "nobody@shop.example"):
        worked.clear()
        with pytest.raises(WrongCredentials):
            sign_in(email=email, password="wrong", address="10.0.0.1", now=NOW)
        counts.append(len(worked))
    assert counts == [1, 1]


def test_right_password_is_not_served_once_an_account_is_locked_and_is_an_hour_later(accounts):
    for number in range(10):
        with pytest.raises(WrongCredentials):
            sign_in(email=accounts[0], password="wrong", address=f"10.0.0.{number}", now=NOW)
    with pytest.raises(TooManyTries):
        sign_in(email=accounts[0], password="the right password", address="10.1.0.1", now=NOW)
    later = NOW + timedelta(hours=1, seconds=1)
    assert sign_in(email=accounts[0], password="the right password", address="10.1.0.1", now=later).email == accounts[0]


def test_lockout_leaves_second_factors_and_resets_alone(accounts):
    for number in range(10):
        with pytest.raises(WrongCredentials):
            sign_in(email=accounts[0], password="wrong", address=f"10.0.0.{number}", now=NOW)
    user = User.objects.get(email=accounts[0])
    authentication.count_factor(user_id=user.id, now=NOW)
    authentication.count_reset(email=user.email, address="10.2.0.1", now=NOW)


def _plain(page):
    import re

    return re.sub(r'(nonce|value)="[^"]*"', "", page)
