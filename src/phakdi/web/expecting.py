"""What is expected of members, in words: classes, groups, reasons, and why something could not be worked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from phakdi.insight.lifetime.core.churn import CLASSES, Reason, reasons_for
from phakdi.insight.lifetime.queries import find_run
from phakdi.kit.money import format_money
from phakdi.kit.thai import format_date
from phakdi.loyalty.wording.plain.words import TRAIT_NAMES, TRAIT_VALUES
from phakdi.people.traits.core import PREFIX, Trait, told_value
from phakdi.people.traits.queries import traits_of
from phakdi.web.words import language

NOTHING = "–"
TONES = {"low": "good", "medium": "warn", "high": "bad"}
_FIGURES = (
    "p_active_90d", "expected_purchases_12m", "expected_value_minor", "clv_12m_minor", "clv_historic_minor", "next_purchase_due_date",
)  # fmt: skip
_PRODUCTS = ("buy_again_product_ids", "recommended_product_ids")
_SHARES = frozenset({"p_alive", "p_active_90d"})


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its name, as it is written, and why there is none."""

    name: str
    shown: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one member, for their page."""

    risk: str
    tone: str
    reasons: list[str]
    group: str
    scores: str
    lines: list[Line]
    model: str
    computed_at: datetime
    is_old: bool


def value_name(code: str) -> str:
    """Return what a class of risk or a group is called; a code without words as it is."""
    return TRAIT_VALUES[code][0 if language() == "th" else 1] if code in TRAIT_VALUES else code


def trait_name(name: str) -> str:
    """Return what a trait is called."""
    said = TRAIT_NAMES[PREFIX + name][0 if language() == "th" else 1].removesuffix(" (0–1)")
    return said[:1].upper() + said[1:]


def reason_text(reason: Reason, currency: str) -> str:
    """Return a reason for a risk of leaving as a sentence."""
    told = {name: value for name, value in reason.params.items() if value is not None}
    told |= {name: format_money(told[name], currency, language()) for name in ("recent", "before") if name in told}
    sentences: Mapping[str, str] = {
        "very_late": _("Usually comes every %(gap)s days; last came %(days)s days ago."),
        "late": _("A little late: usually comes every %(gap)s days, last came %(days)s days ago."),
        "on_time": _("Comes about every %(gap)s days; last came %(days)s days ago."),
        "bought_once": _("Bought on one day only, %(days)s days ago."),
        "bought_twice": _("Bought on two days only; last came %(days)s days ago."),
        "stopped_spending": _("Bought nothing in the last 180 days; %(before)s in the 180 days before."),
        "spends_less": _(
            "Spends %(percent)s%% less than before: %(recent)s in the last 180 days, %(before)s in the 180 days before."
        ),
        "spends_more": _(
            "Spends %(percent)s%% more than before: %(recent)s in the last 180 days, %(before)s in the 180 days before."
        ),
        "comes_often": _("Has bought on %(times)s days."),
        "last_came": _("Last came %(days)s days ago."),
    }
    return sentences[reason.code] % told


def why_none(code: str) -> str:
    """Return why something could not be worked out, as a sentence; an unknown code as it is."""
    sentences: Mapping[str, str] = {
        "too_few_repeaters": _("Fewer than 200 members have bought on two days or more: too few to learn from."),
        "estimate_at_bound": _("The model does not settle: purchases here do not follow it."),
        "dropout_not_identified": _(
            "Hardly anybody is seen to stay away for good, so the model cannot tell who has left from who is resting."
        ),
        "value_not_identified": _("What a purchase is worth varies too wildly for an average to mean anything."),
        "no_purchase_in_a_year": _("Nothing was bought in the last 365 days."),
        "too_few_purchases": _("It takes purchases on three days to know a rhythm."),
        "too_old": _("Worked out more than 8 days ago: it no longer counts."),
    }
    return sentences.get(code, code)


def warning_text(code: str) -> str:
    """Return what is to be kept in mind about a model, as a sentence."""
    sentences: Mapping[str, str] = {
        "value_depends_on_frequency": _(
            "Members who come often also spend otherwise at a time. The model takes the two as independent, so take values with care."
        ),
        "no_better_than_base_rate": _(
            "On members it had not seen, the model foretold no better than the average does. Take chances with care."
        ),
    }
    return sentences.get(code, code)


def figure_text(name: str, value: Any, currency: str) -> str:
    """Return a kept value of a trait as it is written."""
    if value is None:
        return NOTHING
    told = told_value(name, value)
    if name in _SHARES:
        return f"{told * 100:.0f}%"
    if name.endswith("_minor"):
        return format_money(value, currency, language())
    if name.endswith("_date"):
        return format_date(date.fromisoformat(value), language())
    if isinstance(told, float):
        return f"{told:,.1f}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def reasons_of(traits: Mapping[str, Trait], *, today: date, currency: str) -> list[str]:
    """Return why a member is expected to stay or leave, from their traits, as of ``today``."""

    def of(name: str) -> Any:
        return traits[name].value if name in traits else None

    if of("churn_risk") is None or of("last_purchase_date") is None:
        return []
    found = reasons_for(
        risk=of("churn_risk"),
        silent=max(0, (today - date.fromisoformat(of("last_purchase_date"))).days),
        days=of("purchase_days") or 0,
        usual_gap=of("usual_gap_days"),
        recent=of("spent_180d_minor") or 0,
        before=of("spent_180d_before_minor") or 0,
    )
    return [reason_text(reason, currency) for reason in found]


def expected_of(*, organization_id: UUID, member_id: UUID, currency: str, now: datetime, today: date) -> Expected | None:
    """Return what is expected of a member; None where nothing was worked out yet. In a scope of the organization."""
    traits = traits_of(organization_id=organization_id, member_id=member_id)
    head = traits.get("churn_risk")
    if head is None or head.value not in CLASSES:
        return None
    lines = [_line(name, traits[name], currency) for name in (*_FIGURES, *_PRODUCTS) if name in traits]
    scores = [traits[name].value for name in ("rfm_recency", "rfm_frequency", "rfm_monetary") if name in traits]
    group = traits["rfm_segment"].value if "rfm_segment" in traits else None
    return Expected(
        risk=value_name(head.value),
        tone=TONES[head.value],
        reasons=reasons_of(traits, today=today, currency=currency),
        group=value_name(group) if group else "",
        scores=" · ".join(map(str, scores)) if group else "",
        lines=lines,
        model=_model_of(organization_id, head, now),
        computed_at=head.computed_at,
        is_old=not head.is_fresh(now),
    )


def _line(name: str, trait: Trait, currency: str) -> Line:
    return Line(trait_name(name), figure_text(name, trait.value, currency), why_none(trait.reason) if trait.reason else "")


def _model_of(organization_id: UUID, head: Trait, now: datetime) -> str:
    run = find_run(organization_id=organization_id, run_id=head.run_id)
    days = (now - head.computed_at).days
    age = ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days} if days else _("today")
    if run is None:
        return age
    if run.refusal:
        return _("By how long they have been silent, worked out %(age)s. %(why)s") % {"age": age, "why": why_none(run.refusal)}
    return _("By the model %(model)s, worked out %(age)s.") % {"model": run.doc["model"]["kind"], "age": age}
