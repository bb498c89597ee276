"""Journeys, funnels and times until something happens: pure."""
