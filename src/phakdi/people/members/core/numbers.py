"""Member numbers: ten digits that can be read over the phone, the last of which finds a slip."""

import re
import secrets

_NUMBER = re.compile(r"[1-9][0-9]{9}", re.ASCII)
_OWN = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,39}", re.ASCII)


def new_number() -> str:
    """Return a new member number: random, so that it tells nobody how many members there are.

    It never begins with 0, so it cannot be taken for a Thai phone number. The caller makes sure that it is free.
    """
    digits = str(10**8 + secrets.randbelow(9 * 10**8))
    return digits + _check_digit(digits)


def is_member_number(text: str) -> bool:
    """Tell whether this may be a number that `new_number` made: ten digits, the last of which is right."""
    return bool(_NUMBER.fullmatch(text)) and text[-1] == _check_digit(text[:-1])


def is_own_number(text: str) -> bool:
    """Tell whether an organization may give this number to a member itself: letters, digits and ``./_-``, up to 40."""
    return bool(_OWN.fullmatch(text))


def _check_digit(digits: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of a product's two digits
    return str(-total % 10)
