"""Every write of forecasts, inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from phakdi.insight.forecast.core.kept import Forecast, write
from phakdi.insight.forecast.models import KeptForecast
from phakdi.kit.db.scope import in_transaction


@in_transaction
def keep_forecasts(*, organization_id: UUID, forecasts: Sequence[Forecast], now: datetime) -> None:
    """Keep forecasts in place of all before."""
    KeptForecast.objects.filter(organization_id=organization_id).delete()
    KeptForecast.objects.bulk_create(
        [
            KeptForecast(
                organization_id=organization_id, figure=each.figure, grain=each.grain.value, made_at=now, doc=write(each)
            )
            for each in forecasts
        ]
    )
