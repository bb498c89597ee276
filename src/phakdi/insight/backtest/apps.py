"""The backtest room: what another program would have brought."""

from django.apps import AppConfig


class BacktestConfig(AppConfig):
    """Registers the room with Django."""

    name = "phakdi.insight.backtest"
    label = "backtest"
