"""The products room: what sells, what brings members back, what is bought together, which rewards are taken (K35)."""
