"""The cards room: the rotating code on a member's phone, and the words by which a member invites friends."""
