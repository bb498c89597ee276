"""Decisions about messages that need no database."""

from phakdi.engagement.messaging.core.delivery import Outcome, OutcomeKind, Settled, settle_outcome
from phakdi.engagement.messaging.core.kinds import MessageChannel, MessageClass, MessageState
from phakdi.engagement.messaging.core.sms import SmsParts, sms_parts
from phakdi.engagement.messaging.core.template import Template
from phakdi.engagement.messaging.core.templates import TEMPLATES, Rendered, render

__all__ = [
    "TEMPLATES",
    "MessageChannel",
    "MessageClass",
    "MessageState",
    "Outcome",
    "OutcomeKind",
    "Rendered",
    "Settled",
    "SmsParts",
    "Template",
    "render",
    "settle_outcome",
    "sms_parts",
]
