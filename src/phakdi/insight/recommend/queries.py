"""Every read of recommendations, in a scope of the organization."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.insight.recommend.core.runs import Run, read
from phakdi.insight.recommend.models import NeverShown, RecommendRun
from phakdi.people.traits.queries import traits_of


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A making of lists, and when."""

    made_at: datetime
    run: Run


@dataclass(frozen=True, slots=True)
class MemberLists:
    """What is recommended to one member: product codes, best first; None where nothing is known that is fresh enough."""

    again: tuple[str, ...] | None
    new: tuple[str, ...] | None


def latest_run(*, organization_id: UUID) -> KeptRun | None:
    """Return the last making of lists; None before the first."""
    row = RecommendRun.objects.filter(organization_id=organization_id).order_by("-made_at").first()
    return KeptRun(row.made_at, read(row.doc)) if row else None


def never_shown(*, organization_id: UUID) -> list[str]:
    """Return the products that are never to be recommended, in order."""
    found = NeverShown.objects.filter(organization_id=organization_id).order_by("product")
    return list(found.values_list("product", flat=True))


def lists_of(*, organization_id: UUID, member_id: UUID, now: datetime) -> MemberLists:
    """Return what is recommended to a member."""
    traits = traits_of(organization_id=organization_id, member_id=member_id)
    found = []
    for name in ("buy_again_product_ids", "recommended_product_ids"):
        trait = traits.get(name)
        found.append(tuple(trait.value) if trait and trait.value and trait.is_fresh(now) else None)
    return MemberLists(*found)
