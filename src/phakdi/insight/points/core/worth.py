"""What a member is worth, by plain reckoning (K9 a–c); what a model expects is in the lifetime room."""

from fractions import Fraction


def historic(margin_minor: int, rewards_minor: int, contact_minor: int) -> int:
    """Return margin to date less rewards at cost and what reaching the member cost, in minor units (K9 a)."""
    return margin_minor - rewards_minor - contact_minor


def simple(order_minor: int, orders_a_year: Fraction, margin: Fraction, yearly_churn: Fraction) -> Fraction | None:
    """Return order value × orders a year × margin / yearly churn, for planning; None where nobody leaves (K9 b)."""
    return order_minor * orders_a_year * margin / yearly_churn if yearly_churn else None


def with_term(margin_minor: int, retention: Fraction, discount: Fraction, *, first_now: bool = False) -> Fraction:
    """Return what a plan with a term is worth: m·r / (1 + d − r), the first margin after one period (K9 c).

    ``retention`` and ``discount`` are per period; with ``first_now`` the first margin is paid at once and adds m.
    """
    top = (1 + discount) if first_now else retention
    return margin_minor * top / (1 + discount - retention)
