"""What points cost and what is owed for them."""
