"""Every write of recommendations, inside the caller's transaction."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from phakdi.insight.recommend.core.runs import Run, write
from phakdi.insight.recommend.making import Listed
from phakdi.insight.recommend.models import NeverShown, RecommendRun
from phakdi.kit.db.scope import in_transaction
from phakdi.people.traits.core import RECOMMEND, TraitRow
from phakdi.people.traits.operations import write_traits

KEPT_RUNS = 20
AGAIN, NEW = "buy_again_product_ids", "recommended_product_ids"
NOTHING = "nothing_to_recommend"


@in_transaction
def write_lists(*, organization_id: UUID, run_id: UUID, listed: Listed, names: Sequence[str], now: datetime) -> None:
    """Keep both lists of some members as traits, as codes of products; safe to repeat."""
    rows = _trait_rows(listed, names)
    write_traits(organization_id=organization_id, source=RECOMMEND, run_id=run_id, rows=rows, now=now)


@in_transaction
def keep_run(*, organization_id: UUID, run_id: UUID, run: Run, now: datetime) -> None:
    """Keep how lists were judged and what came out; those before the last twenty are forgotten."""
    RecommendRun.objects.create(organization_id=organization_id, id=run_id, made_at=now, doc=write(run))
    runs = RecommendRun.objects.filter(organization_id=organization_id).order_by("-made_at")
    runs.filter(id__in=list(runs.values_list("id", flat=True)[KEPT_RUNS : KEPT_RUNS + 100])).delete()


@in_transaction
def set_never_shown(*, organization_id: UUID, products: Collection[str], now: datetime) -> None:
    """Keep which products are never to be recommended, in place of those before; the next making heeds it."""
    wanted = {product.strip() for product in products if product.strip()}
    kept = NeverShown.objects.filter(organization_id=organization_id)
    kept.exclude(product__in=wanted).delete()
    NeverShown.objects.bulk_create(
        [NeverShown(organization_id=organization_id, product=product, added_at=now) for product in sorted(wanted)],
        ignore_conflicts=True,
    )


def _trait_rows(listed: Listed, names: Sequence[str]) -> Iterator[TraitRow]:
    for member_id, again, new in zip(listed.member_ids, listed.again.tolist(), listed.new.tolist(), strict=True):
        found = {name: [names[at] for at in products if at >= 0] for name, products in ((AGAIN, again), (NEW, new))}
        values = {name: products for name, products in found.items() if products}
        yield TraitRow(UUID(member_id), values, {name: NOTHING for name in found if name not in values})
