"""A worker in a process of its own, to be killed: ``python victim.py MODE``.

``real``       as the product runs it, only with a short lease and a little slower, so that it is killed in the middle of things
``forgetful``  finishes jobs before it does them: what it has in hand when it is killed is lost
``careless``   does not look what it did about a fact before: what it had done but not finished is done twice
"""

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

import django

django.setup()

from phakdi.adapters.channels.console import ConsoleChannel  # noqa: E402 - after the set-up
from phakdi.adapters.channels.sending import send_due  # noqa: E402
from phakdi.config.wiring import CONSUMERS  # noqa: E402
from phakdi.flows.record_caused import record_caused  # noqa: E402
from phakdi.kit.ids import new_id  # noqa: E402
from phakdi.platform.outbox import operations  # noqa: E402
from phakdi.worker import jobs  # noqa: E402
from phakdi.worker.clock import DatabaseClock  # noqa: E402
from phakdi.worker.worker import Pace, Worker  # noqa: E402

AFTER_THE_EFFECT, BEFORE_THE_EFFECT = 0.006, 0.002


def slowly(consumer):
    def handle(fact, now):
        time.sleep(BEFORE_THE_EFFECT)
        consumer.handle(fact, now)
        time.sleep(AFTER_THE_EFFECT)

    return replace(consumer, handle=handle)


def careless(consumer):
    def handle(fact, now):
        record_caused(organization_id=fact.organization_id, fact_id=new_id(), member_id=fact.member_id, data=fact.data, now=now)

    return replace(consumer, handle=handle) if consumer.name == "record_caused" else consumer


class Forgetful(jobs.JobRunner):
    def _do(self, job):
        operations.finish_jobs(jobs=[job])
        super()._do(job)


def main(mode):
    consumers = [slowly(careless(one) if mode == "careless" else one) for one in CONSUMERS]
    clock = DatabaseClock()
    pace = Pace(job_threads=2, job_batch=10, lease=timedelta(seconds=1.5), longest_pause=0.05)
    send = lambda: send_due(most=10, clock=clock, find=lambda *_: ConsoleChannel())
    worker = Worker(consumers=consumers, tasks=[], send=send, pace=pace, clock=clock)
    if mode == "forgetful":
        stop = threading.Event()
        worker._jobs = Forgetful(consumers=consumers, leases=worker._leases, clock=clock, stop=stop, batch=10)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print("at work", flush=True)
    worker.run(stop)


if __name__ == "__main__":
    assert os.environ["DATABASE_URL"], "the test tells where"
    main(sys.argv[1])
