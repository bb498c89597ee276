"""LINE: signing in with it, in a browser and inside its app."""
