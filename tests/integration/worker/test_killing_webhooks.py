"""kill -9 of whoever sends webhooks, while calls are on their way: a receiver may hear twice under one id, and never misses one."""

import os
import random
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from phakdi.adapters.webhooks.sending import WebhookSender
from phakdi.flows.manage_webhooks import Wish, add_webhook
from phakdi.flows.tell_webhooks import tell_webhooks
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.webhooks import core, queries
from phakdi.platform.webhooks.operations import NewEvent
from tests.fakes.receiver import receiving
from tests.integration.worker.processes import addresses

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]

VICTIM = Path(__file__).with_name("webhook_victim.py")
EVENTS, KILLS, START_SECONDS, WAIT_SECONDS = 24, 4, 120, 30


@pytest.fixture
def told(organization_id):
    """Return a receiver, and the ids of the events that it is to hear of."""
    with receiving() as outside:
        wish = Wish("ERP", outside.url, ["*"], outside.trusted)
        add_webhook(organization_id=organization_id, wish=wish, now=utc_now())
        ids = []
        for _ in range(EVENTS):
            event = NewEvent(uuid4(), "store.added", None, utc_now())
            tell_webhooks(organization_id=organization_id, event=event, data={"code": "S1"}, now=utc_now())
            ids.append(core.webhook_id(event.id))
        yield outside, ids


def start(mode, outside):
    (trusted,) = outside.trusted
    environment = {**os.environ, **addresses()}
    process = subprocess.Popen([sys.executable, str(VICTIM), mode, trusted], env=environment, stdout=subprocess.PIPE, text=True)
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    assert process.stdout.readline() == "at work\n"
    timer.cancel()
    return process


def kill(process):
    process.kill()
    process.wait(10)
    process.stdout.close()


def kill_in_the_middle(mode, outside):
    """Kill senders while the receiver holds its answers back, or at any moment."""
    chance = random.Random(5)
    for number in range(KILLS):
        before, ends = len(outside.calls), time.monotonic() + WAIT_SECONDS
        if mode == "real" and number % 2 == 0:
            outside.hold.clear()
        process = start(mode, outside)
        while len(outside.calls) == before and time.monotonic() < ends and mode == "real":
            time.sleep(0.01)
        time.sleep(0.2 + chance.random() / 5)
        kill(process)
        outside.hold.set()


def finish(organization_id, outside):
    """Send what is left, an hour later, when every lease is over and every second try is due."""
    later = lambda: utc_now() + timedelta(hours=1)
    sender = WebhookSender(trusted=outside.trusted, clock=later)
    while sender.step():
        pass
    with organization_scope(organization_id):
        return {each.state for each in queries.deliveries_of(organization_id=organization_id, limit=200)}


def test_killed_senders_lose_no_event(organization_id, told):
    outside, ids = told
    kill_in_the_middle("real", outside)
    assert finish(organization_id, outside) == {"DONE"}
    assert set(outside.ids) == set(ids)
    assert len(outside.ids) > len(ids)  # the ones in hand came again, under the id that the receiver knows


def test_control_a_sender_that_notes_success_first_loses_some(organization_id, told):
    outside, ids = told
    kill_in_the_middle("forgetful", outside)
    assert finish(organization_id, outside) == {"DONE"}
    assert set(outside.ids) < set(ids)
