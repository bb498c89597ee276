"""Webhooks: signatures as receivers check them, times of tries, addresses that may be given."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from phakdi.kit.errors import Invalid
from phakdi.platform.webhooks import core
from phakdi.platform.webhooks.core import Answer, Health, next_try, read_address

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
BODY = '{"id":"evt_1","note":"แต้ม"}'.encode()


def test_signature_is_the_one_of_the_known_vector():
    secret = "whsec_" + base64.b64encode(b"test-secret").decode()
    told = core.signature(secret=secret, webhook_id="evt_1", timestamp=1764000000, body=BODY)
    assert told == "v1,P5Y/gLBWItmJiee9xNjjlmbMzvB9DqBLLfmIaiY0wno="


def test_two_secrets_in_rotation_sign_side_by_side():
    old, new = core.new_secret(), core.new_secret()
    told = core.headers(secrets_used=[new, old], webhook_id="evt_1", at=NOW, body=BODY)
    timestamp = int(NOW.timestamp())
    expected = [core.signature(secret=each, webhook_id="evt_1", timestamp=timestamp, body=BODY) for each in (new, old)]
    assert told["webhook-signature"].split(" ") == expected
    assert (told["webhook-id"], told["webhook-timestamp"]) == ("evt_1", str(timestamp))


def test_secret_has_256_bits():
    assert len(core.secret_key(core.new_secret())) == 32


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18000), (6, 36000), (7, 50400), (8, 72000), (9, 86400)],
)
def test_tries_come_at_the_promised_times_more_or_less_a_tenth(tries, seconds):
    failed = Answer(status=500)
    times = [next_try(tries=tries, answer=failed, now=NOW, chance=chance) - NOW for chance in (0, 0.5, 1)]
    assert times == [timedelta(seconds=seconds * factor) for factor in (0.9, 1, 1.1)]


def test_after_ten_tries_in_three_days_there_is_no_other():
    assert next_try(tries=10, answer=Answer(status=500), now=NOW, chance=0.5) is None
    assert sum(core.DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120),
        (503, "7200", 3600),
        (503, "Tue, 24 Nov 2026 05:10:00 GMT", 600),
        (503, "1", 5),
        (500, "120", 5),
        (429, "soon", 5),
        (429, "Tue, 24 Nov 2020 05:10:00 GMT", 5),
    ],
)
def test_receiver_may_ask_for_later_up_to_an_hour(status, header, seconds):
    answer = Answer(status=status, retry_after=header)
    assert next_try(tries=1, answer=answer, now=NOW, chance=0.5) - NOW == timedelta(seconds=seconds)


def test_twentieth_failure_in_a_row_shuts_off_and_a_success_opens_again():
    health = Health()
    for _ in range(19):
        health = health.after(Answer(error="timeout"), NOW)
    assert health.probe_at is None
    health = health.after(Answer(status=500), NOW)
    assert health.probe_at == NOW + timedelta(minutes=5)
    assert health.after(Answer(status=204), NOW) == Health()


def test_endpoint_is_given_up_after_five_days_of_failures_or_when_it_is_gone():
    failed, gone = Answer(error="timeout"), Answer(status=410)
    health = Health(3, NOW - timedelta(days=4, hours=23))
    assert health.verdict(failed, NOW) == ""
    assert health.verdict(gone, NOW) == "gone"
    assert health.verdict(failed, NOW + timedelta(hours=1)) == "failing"


@pytest.mark.parametrize("url", ["https://shop.example/hook", "https://shop.example:443/a/b?c=d", "https://8.8.8.8/x"])
def test_https_addresses_of_public_names_may_be_given(url):
    assert read_address(url).port == 443


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook", "https://shop.example:8443/", "https://user:word@shop.example/", "https://user@shop.example/",
        "ftp://shop.example/", "https:///x", "//shop.example/x", "https://shop.example/#part", "https://shop.example/ x", "javascript:alert(1)",
        "https://shop.example\\@evil.example/", "https://localhost/", "https://intranet/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://127.1/", "https://ร้าน.example/", "https://shop.example:99999/", "https://[::1/", "", "https://%31/",
    ],
)  # fmt: skip
def test_other_addresses_may_not(url):
    with pytest.raises(Invalid) as refused:
        read_address(url)
    assert refused.value.code == "webhook_url"


def test_installation_may_vouch_for_a_receiver_of_its_own_network():
    trusted = {"erp.internal:8080"}
    assert read_address("http://erp.internal:8080/hook", trusted=trusted).is_trusted
    with pytest.raises(Invalid):
        read_address("http://erp.internal:8081/hook", trusted=trusted)
