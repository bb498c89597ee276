"""What each figure means: pure."""
