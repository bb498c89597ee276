"""What the engine does with an activity besides letting it earn: one function for each kind that needs one.

A handler looks at ``work.activity`` and changes ``work``, or raises `Rejected`; then earning rules for the kind run, unless
it set ``work.earns = False``, and meters, levels and time after them. What it wants to tell the till goes into
``work.outcome``. A redemption that may be undone keeps a document: ``work.put_order(ref, {...})``, found again by
``work.order(work.activity.of)``.
"""

from collections.abc import Callable

from phakdi.loyalty.engine.core.work import Work

Handler = Callable[[Work], None]

HANDLERS: dict[str, Handler] = {}
