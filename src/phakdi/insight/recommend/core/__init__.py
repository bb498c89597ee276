"""Scoring products for members, and judging the lists that come of it, in numpy."""
