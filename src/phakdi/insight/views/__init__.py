"""What staff keep of the insight pages: views with a name, and who wants the weekly summary."""
