"""The messaging room: what is sent to a member, through which channel, and what became of it."""
