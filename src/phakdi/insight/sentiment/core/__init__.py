"""Reading texts as runs of characters, and weighing them."""
