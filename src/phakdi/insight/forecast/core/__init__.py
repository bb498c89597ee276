"""Forecasting a series of numbers, and judging forecasts on the past."""
