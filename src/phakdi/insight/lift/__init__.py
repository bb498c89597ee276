"""The lift room: what a campaign really added, measured against members who were left out by chance."""
