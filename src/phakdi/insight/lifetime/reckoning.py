"""From members' purchases to what is expected of each: the models where they may be trusted, the plain lapse where not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from phakdi.insight.lifetime.core import churn, groups, modelling
from phakdi.insight.lifetime.core.groups import Cuts
from phakdi.insight.lifetime.core.histories import Histories, Numbers
from phakdi.insight.lifetime.core.modelling import Fitted, Scores
from phakdi.insight.lifetime.expressions import Members, day_of
from phakdi.people.traits.core import DECIMAL_SCALE, TraitRow

Whole = NDArray[np.int64]

HORIZON = 90  # days
OF_MODEL = ("p_alive", "p_active_90d", "expected_purchases_12m")
OF_VALUE = ("expected_value_minor", "clv_12m_minor")
OF_GROUPS = ("rfm_recency", "rfm_frequency", "rfm_monetary", "rfm_segment")
OF_RHYTHM = ("usual_gap_days", "next_purchase_due_date")
_DIGITS = 3  # of a value that a model expects: it knows no more, and rows change less often
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What an organization says: share of sales that is kept, costs, and after how many days somebody has lapsed (None: worked out)."""

    margin: Fraction = Fraction(3, 10)
    margins: Mapping[str, Fraction] = field(default_factory=dict)  # of categories that have one of their own
    point_costs: Mapping[str, Fraction] = field(default_factory=dict)  # minor units a point, by kind of points
    contact_minor: Fraction = Fraction(0)  # for each part of a message
    lapse_days: int | None = None
    horizon: int = HORIZON
    is_margin_told: bool = False  # False: nobody said so, it is a common figure


@dataclass(frozen=True, slots=True)
class Cutting:
    """Cut points of the scores and the month in which they were found, as ``2026-03``."""

    month: str
    recency: Cuts
    frequency: Cuts
    monetary: Cuts


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What was worked out, by member in the order of `Members`. Scores are 0 where there is none; ``churn`` is K8, 0 to 1."""

    members: Members
    settings: Settings
    fitted: Fitted
    scores: Scores | None
    lapse: Numbers  # days of silence after which each has lapsed
    common_lapse: int
    churn: Numbers
    risk: Whole  # places in churn.CLASSES
    cutting: Cutting
    recency: Whole
    frequency: Whole
    monetary: Whole
    historic: Whole  # minor units
    margin: float  # share of value that is kept, over all categories as they were bought

    @property
    def has_values(self) -> bool:
        """Whether there is an expected value of each."""
        return self.scores is not None and len(self.scores.lifetime) == len(self.members)

    def at_risk_minor(self) -> Numbers:
        """Return what was spent in the last 365 days, times the chance that nothing more comes within the horizon (minor units)."""
        return self.churn * self.members.window_total

    def name(self, at: int) -> str:
        """Return the name of a member's group, empty for who bought nothing in the window."""
        return groups.name_of(int(self.recency[at]), int(self.frequency[at])) if self.recency[at] else ""


def reckon(
    members: Members,
    gaps: Sequence[tuple[int, int]],
    *,
    settings: Settings,
    risk_before: Whole,
    cutting: Cutting | None,
    costs: Whole | None = None,
    extra: Whole | None = None,
) -> Reckoned:
    """Return everything about these members; ``cutting`` is kept while its month lasts.

    ``costs`` are what each has cost so far, ``extra`` what the margins of categories bring beyond the usual one (minor units).
    """
    seen = modelling.histories_of(members.first, members.last, members.days, members.as_of)
    mean = modelling.repeat_mean(members.days, members.total, members.first_value)
    fitted = fit_and_judge(members, seen, mean, horizon=settings.horizon)
    common = churn.common_lapse(gaps)
    lapse = churn.lapse_days(members.twice_gap, common=common, fixed=settings.lapse_days)
    sales = (members.total * settings.margin.numerator) // settings.margin.denominator
    brought = sales if extra is None else sales + extra
    margin = float(brought.sum() / members.total.sum()) if len(members) and settings.margins else float(settings.margin)
    scores = None
    if fitted.refusal:
        leaving = ((members.as_of - members.last) > lapse).astype(np.float64)
    else:
        scores = modelling.score(fitted, seen, mean, horizon=settings.horizon, margin=margin)
        leaving = 1.0 - scores.p_active
    in_window = members.window_days > 0
    cutting = _cutting(members, in_window, cutting)
    return Reckoned(
        members,
        settings,
        fitted,
        scores,
        lapse,
        common,
        leaving,
        churn.classes_of(leaving, risk_before),
        cutting,
        np.where(in_window, groups.falling(members.as_of - members.last, cutting.recency), 0),
        np.where(in_window, groups.rising(members.window_days, cutting.frequency), 0),
        np.where(in_window, groups.rising(members.window_total, cutting.monetary), 0),
        brought if costs is None else brought - costs,
        margin,
    )


def fit_and_judge(members: Members, seen: Histories, mean: Numbers, *, horizon: int) -> Fitted:
    """Return the models of today, and how those of ``horizon`` days ago foretold what has happened since."""
    fitted = modelling.fit_guarded(seen, mean)
    known = members.cut_days > 0
    if fitted.refusal:
        judged, unjudged = None, fitted.refusal
    elif not known.any():
        judged, unjudged = None, "too_few_repeaters"
    else:
        then = modelling.histories_of(members.first[known], members.cut_last[known], members.cut_days[known], members.cut)
        judged, unjudged = modelling.judge(then, members.after_days[known], horizon=horizon)
    warnings = fitted.warnings + (("no_better_than_base_rate",) if judged and not judged.is_better else ())
    return Fitted(
        fitted.members,
        fitted.repeaters,
        fitted.model,
        fitted.value,
        fitted.refusal,
        fitted.value_refusal,
        warnings,
        judged,
        unjudged,
    )


def _cutting(members: Members, in_window: NDArray[np.bool_], kept: Cutting | None) -> Cutting:
    month = day_of(members.as_of).isoformat()[:7]
    if kept is not None and kept.month == month:
        return kept
    silent = (members.as_of - members.last)[in_window]
    return Cutting(
        month,
        groups.cuts_of(silent),
        groups.cuts_of(members.window_days[in_window]),
        groups.cuts_of(members.window_total[in_window]),
    )


# --- traits -------------------------------------------------------------------------------------------------------------


def trait_rows(found: Reckoned) -> Iterator[TraitRow]:
    """Yield what is kept of each member: chances and purchases to two digits, expected values to three significant ones."""
    for first in range(0, len(found.members), _AT_ONCE):
        yield from _some_rows(found, slice(first, first + _AT_ONCE))


def _some_rows(found: Reckoned, part: slice) -> Iterator[TraitRow]:
    members = found.members
    columns = {
        "purchase_days": members.days[part],
        "spent_180d_minor": members.recent[part],
        "spent_180d_before_minor": members.before[part],
        "clv_historic_minor": found.historic[part],
    }
    if found.scores is not None and not found.fitted.refusal:
        columns["p_alive"] = _hundredths(found.scores.p_alive[part])
        columns["p_active_90d"] = _hundredths(found.scores.p_active_90d[part])
        columns["expected_purchases_12m"] = _hundredths(found.scores.purchases[part])
    if found.has_values and found.scores is not None:
        columns["expected_value_minor"] = _significant(found.scores.value[part])
        columns["clv_12m_minor"] = _significant(found.scores.lifetime[part])
    names = list(columns)
    figures = zip(*(column.tolist() for column in columns.values()), strict=True)
    scored = zip(found.recency[part].tolist(), found.frequency[part].tolist(), found.monetary[part].tolist(), strict=True)
    days = zip(members.first[part].tolist(), members.last[part].tolist(), members.twice_gap[part].tolist(), strict=True)
    refused = dict.fromkeys(OF_MODEL, found.fitted.refusal) if found.fitted.refusal else {}
    if not found.has_values:
        refused |= dict.fromkeys(OF_VALUE, found.fitted.value_refusal)
    ids, risks = members.ids[part].to_pylist(), found.risk[part].tolist()
    for member_id, risk, own, (r, f, m), (first, last, twice) in zip(ids, risks, figures, scored, days, strict=True):
        values: dict[str, Any] = dict(zip(names, own, strict=True))
        missing = dict(refused)
        values["churn_risk"] = churn.CLASSES[risk]
        values["first_purchase_date"], values["last_purchase_date"] = _text(first), _text(last)
        if r:
            values |= {"rfm_recency": r, "rfm_frequency": f, "rfm_monetary": m, "rfm_segment": groups.name_of(r, f)}
        else:
            missing |= _NO_GROUP
        if twice > 0:
            gap = (twice + 1) // 2
            values |= {"usual_gap_days": gap, "next_purchase_due_date": _text(last + gap)}
        else:
            missing |= _NO_RHYTHM
        yield TraitRow(UUID(member_id), values, missing)


_NO_GROUP = dict.fromkeys(OF_GROUPS, "no_purchase_in_a_year")
_NO_RHYTHM = dict.fromkeys(OF_RHYTHM, "too_few_purchases")
_texts: dict[int, str] = {}


def _text(day: int) -> str:
    found = _texts.get(day)
    if found is None:
        found = _texts[day] = day_of(day).isoformat()
    return found


def _hundredths(figures: Numbers) -> Whole:
    return np.rint(figures * 100).astype(np.int64) * (DECIMAL_SCALE // 100)


def _significant(figures: Numbers) -> Whole:
    size = np.floor(np.log10(np.maximum(figures, 1.0))) + 1 - _DIGITS
    unit = 10.0 ** np.maximum(size, 0)
    return np.rint(np.rint(figures / unit) * unit).astype(np.int64)
