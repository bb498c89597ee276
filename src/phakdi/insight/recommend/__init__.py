"""The recommend room: what each member may want to buy again, and what new to them they may like (K33)."""
