"""Figures of products: pure."""
