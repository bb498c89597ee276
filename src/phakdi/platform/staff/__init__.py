"""The staff room: people who sign in, for whom they work, and what they may do."""
