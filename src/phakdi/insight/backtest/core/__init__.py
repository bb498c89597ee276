"""Pure reckoning of what-ifs: one member's history told again to the engine, sums of it, and what they say."""
