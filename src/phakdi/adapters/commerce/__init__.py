"""What shops and tills hand over: files today, their systems' own interfaces beside them."""
