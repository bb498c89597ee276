"""Figures for whoever watches the installation, and for nobody else."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOTHING_BEHIND = [
    "phakdi_outbox_age_seconds 0.0",
    "phakdi_queue_age_seconds 0.0",
    "phakdi_schedule_age_seconds 0.0",
    "phakdi_dead_jobs 0",
]


def figures(answer):
    return [line for line in answer.content.decode().splitlines() if not line.startswith("#")]


def test_this_machine_reads_the_figures(client):
    answer = client.get("/metrics")
    assert (answer.status_code, figures(answer)) == (200, NOTHING_BEHIND)


@pytest.mark.parametrize("headers", [{"REMOTE_ADDR": "10.0.0.1"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.1"}])
def test_others_do_not(client, headers):
    answer = client.get("/metrics", **headers)
    assert (answer.status_code, answer.content) == (404, b"Not for you.\n")


def test_with_a_token_only_who_shows_it(client, settings):
    settings.METRICS_TOKEN = "a long secret"
    codes = [
        client.get("/metrics", REMOTE_ADDR="10.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}").status_code
        for token in ("a long secret", "x", "")
    ]
    assert codes == [200, 404, 404]
    assert client.get("/metrics").status_code == 404
