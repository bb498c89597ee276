"""The table of handlers: every kind in it may be reported, caused, or is the engine's own."""

from phakdi.loyalty.engine.core.handlers import HANDLERS
from phakdi.loyalty.engine.core.step import OWN
from phakdi.loyalty.programs import kinds


def test_every_handler_serves_a_kind_that_is_known():
    known = kinds.MEMBER_KINDS | kinds.STAFF_KINDS | kinds.CAUSED_KINDS

    assert HANDLERS.keys() - known == set()
    assert HANDLERS.keys() & OWN.keys() == set()


def test_what_staff_decide_and_others_cause_is_never_left_to_rules_alone():
    assert (kinds.STAFF_KINDS | kinds.CAUSED_KINDS) - HANDLERS.keys() - OWN.keys() == set()
    assert kinds.ABOUT_ANOTHER - HANDLERS.keys() - OWN.keys() == {"deliver", "ship", "confirm_receipt"}
