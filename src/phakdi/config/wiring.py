"""Who does what in the background: the only place that knows every consumer, task and sender."""

from functools import partial

from django.conf import settings

from phakdi.adapters.channels.sending import send_due
from phakdi.adapters.webhooks.sending import WebhookSender
from phakdi.worker import backtesting, consumers, importing
from phakdi.worker.clock import DatabaseClock
from phakdi.worker.tasks import TASKS
from phakdi.worker.worker import Pace, Worker

CONSUMERS = (
    consumers.CAUSED,
    consumers.JOINED,
    consumers.SURVEYED,
    consumers.POINTS_LEFT,
    consumers.LEVEL_REACHED,
    consumers.WEBHOOKS,
    consumers.REFRESH,
    backtesting.BACKTEST,
    importing.IMPORT,
    importing.UNDO_IMPORT,
)
MESSAGES_A_STEP = 20


def make_worker(pace: Pace | None = None) -> Worker:
    """Return a worker that does all that this version knows of."""
    clock = DatabaseClock()
    send = partial(send_due, most=MESSAGES_A_STEP, clock=clock)
    webhooks = WebhookSender(trusted=settings.WEBHOOK_TRUSTED, clock=clock)
    return Worker(consumers=CONSUMERS, tasks=TASKS, send=send, call=webhooks.step, pace=pace, clock=clock)
