"""The insight pages: reports of one shape, each a function from filters to what is shown."""
