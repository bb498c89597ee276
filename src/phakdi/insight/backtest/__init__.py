"""The backtest room: what a program would have done with the organization's own history, member by member."""
