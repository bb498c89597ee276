"""Member numbers."""

from phakdi.people.members.core.numbers import is_member_number, is_own_number, new_number


def test_new_number_is_ten_digits_and_checks():
    numbers = [new_number() for _ in range(2000)]

    assert all(len(n) == 10 and n.isdigit() and n[0] != "0" and is_member_number(n) for n in numbers)
    assert len(set(numbers)) == 2000


def test_one_wrong_digit_is_found():
    number = new_number()
    slips = [number[:at] + digit + number[at + 1 :] for at in range(10) for digit in "0123456789" if digit != number[at]]

    assert [slip for slip in slips if is_member_number(slip)] == []


def test_own_number_has_letters_digits_and_a_few_signs():
    assert [text for text in ("A-001", "บ1", "", "-1", "x" * 41, "7/2569") if is_own_number(text)] == ["A-001", "7/2569"]
