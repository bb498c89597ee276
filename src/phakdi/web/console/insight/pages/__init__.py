"""The reports themselves: one module for each room of insight."""
