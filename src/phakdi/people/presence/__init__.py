"""The presence room: in which browsers a member is signed in, and up to where they have read what happened."""
