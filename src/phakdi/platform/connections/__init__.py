"""The connections room: an organization's own accounts with outside services, their secrets sealed."""
