"""Tokens and how often they are heard."""

import pytest

from phakdi.kit.errors import Invalid
from phakdi.platform.keys.core import RateLimiter, Scope, new_token, prefix_of, read_scopes, token_hash


def test_tokens_differ_and_are_found_by_their_prefix():
    tokens = [new_token() for _ in range(200)]
    assert len({token.token for token in tokens}) == len({token.prefix for token in tokens}) == 200
    for token in tokens:
        assert (prefix_of(token.token), token_hash(token.token)) == (token.prefix, token.hash)


@pytest.mark.parametrize("text", ["", "phk_", "phk_abc_def", "phk_aaaaaaaaaa_" + "g" * 48, "sk_aaaaaaaaaa_" + "0" * 48])
def test_what_is_no_token_has_no_prefix(text):
    assert prefix_of(text) == ""


def test_scopes_are_read_once_each_in_order():
    assert read_scopes(["stores:read", "members:read", "stores:read"]) == ["members:read", "stores:read"]
    with pytest.raises(Invalid) as refused:
        read_scopes(["members:all"])
    assert refused.value.details["known"] == [scope.value for scope in Scope]


def test_a_bucket_lets_a_burst_through_and_fills_again():
    limiter = RateLimiter(per_second=2, burst=3)
    answers = [limiter.take("a", at=0.0) for _ in range(4)]

    assert [(one.is_allowed, one.remaining) for one in answers] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert (answers[3].limit, answers[3].retry_seconds, answers[3].reset_seconds) == (3, 0.5, 1.5)
    assert limiter.take("b", at=0.0).is_allowed
    assert not limiter.take("a", at=0.4).is_allowed
    assert limiter.take("a", at=0.5).is_allowed
    assert [limiter.take("a", at=100.0).is_allowed for _ in range(4)] == [True, True, True, False]


def test_a_limiter_forgets_keys_rather_than_grow():
    limiter = RateLimiter(per_second=1, burst=1, keys_max=2)
    assert [limiter.take(key, at=0.0).is_allowed for key in "abca"] == [True] * 4
    assert not limiter.take("a", at=0.0).is_allowed
