"""The console channel: "sends" by printing to the log and to the development inbox. Never in production."""

import logging

from phakdi.engagement.messaging.core import Outcome, OutcomeKind
from phakdi.engagement.messaging.ports import Outgoing

log = logging.getLogger("phakdi.channels.console")


class ConsoleChannel:
    """Prints messages, destination masked, for whoever develops or tries the product."""

    provider = "console"
    keeps_secrets = True

    def send(self, message: Outgoing) -> Outcome:
        """Print the message. It always arrives."""
        text = f"{message.subject} | {message.body}" if message.subject else message.body
        log.info("%s to …%s: %s", message.channel.value, message.destination[-3:], text.replace("\n", " "))
        return Outcome(OutcomeKind.ACCEPTED, provider_ref=f"console-{message.attempt_id}")
