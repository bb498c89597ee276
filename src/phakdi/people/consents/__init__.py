"""The consents room: what each member agreed to, per purpose and channel, and in which words."""
