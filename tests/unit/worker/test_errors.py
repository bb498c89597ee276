"""Errors are told without what they quote."""

from uuid import UUID

from phakdi.kit.ids import nth
from phakdi.worker.errors import stack, summary


def raised():
    try:
        try:
            nth(UUID(int=1 << 20), 0)
        except AssertionError as error:
            raise KeyError("0812345678") from error
    except KeyError as error:
        return error


def test_a_summary_tells_kind_and_place_only():
    error = raised()
    assert summary(error) == "KeyError"
    assert summary(error.__cause__).startswith("AssertionError at kit/ids.py:")
    assert "0812345678" not in stack(error) or 'raise KeyError("0812345678")' in stack(error)
    assert stack(error).endswith("KeyError from AssertionError")
