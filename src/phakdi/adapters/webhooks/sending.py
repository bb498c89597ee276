"""The sender of webhooks: takes what is due, calls some endpoints at once, and writes down how it went."""

import logging
import random
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

from phakdi.adapters.webhooks.calling import call
from phakdi.flows.deliver_webhooks import settle, take_due
from phakdi.kit.clock import utc_now
from phakdi.platform.webhooks.core import Answer
from phakdi.platform.webhooks.operations import Outgoing

log = logging.getLogger("phakdi.webhooks")

AT_ONCE = 16
PATIENCE_SECONDS = 0.2  # so long is waited for calls on their way before what became due meanwhile is looked for

Caller = Callable[[Outgoing], Answer]


def _call(outgoing: Outgoing) -> Answer:
    return call(outgoing.address, headers=outgoing.headers, body=outgoing.body)


class WebhookSender:
    """Sends what is due. Only the calls themselves run in other threads: they know no database.

    Any number may run in any number of processes. One that is killed leaves its deliveries to others when their lease ends.
    """

    def __init__(
        self,
        *,
        trusted: Collection[str] = (),
        clock: Callable[[], datetime] = utc_now,
        caller: Caller = _call,
        at_once: int = AT_ONCE,
    ) -> None:
        self._trusted, self._clock, self._caller, self._at_once = trusted, clock, caller, at_once
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="phakdi-webhook")
        self._on_their_way: dict[Future[Answer], Outgoing] = {}

    def step(self) -> bool:
        """Send some of what is due, settle what has come back, and return whether there was anything of either."""
        free = self._at_once - len(self._on_their_way)
        taken = take_due(most=free, trusted=self._trusted, now=self._clock()) if free else []
        for outgoing in taken:
            self._on_their_way[self._threads.submit(self._caller, outgoing)] = outgoing
        if not self._on_their_way:
            return False
        done, _ = wait(self._on_their_way, timeout=PATIENCE_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            self._settle(self._on_their_way.pop(future), future)
        return True

    def _settle(self, outgoing: Outgoing, future: "Future[Answer]") -> None:
        try:
            answer = future.result()
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop other deliveries
            log.error("webhook %s: %s", outgoing.claim.delivery_id, type(error).__name__)  # noqa: TRY400 - without the message
            answer = Answer(error="internal")
        settle(outgoing=outgoing, answer=answer, now=self._clock(), chance=random.random())
