"""The audit room: who did what to whom, in a chain that shows when it was tampered with."""
