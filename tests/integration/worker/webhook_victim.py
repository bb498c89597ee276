"""A sender of webhooks in a process of its own, to be killed: ``python webhook_victim.py MODE TRUSTED``.

``real``       as the product runs it, only with a short lease
``forgetful``  writes down that it went well before it calls: what it has in hand when it is killed is lost
"""

import sys
import time
from datetime import timedelta

import django

django.setup()

from phakdi.adapters.webhooks import sending  # noqa: E402 - after the set-up
from phakdi.flows.deliver_webhooks import settle, take_due  # noqa: E402
from phakdi.kit.clock import utc_now  # noqa: E402
from phakdi.platform.webhooks import core  # noqa: E402

core.LEASE = timedelta(seconds=1.5)


def main(mode, trusted):
    sender = sending.WebhookSender(trusted={trusted})
    print("at work", flush=True)
    while True:
        if mode == "forgetful":
            for outgoing in take_due(most=4, trusted={trusted}, now=utc_now()):
                settle(outgoing=outgoing, answer=core.Answer(status=200), now=utc_now(), chance=0.5)
                time.sleep(0.3)  # on its way to the network
                sending._call(outgoing)
        elif not sender.step():
            time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
