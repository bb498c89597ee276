"""What members are likely to do: how often they come again, what they spend, what they are worth, who is leaving."""
