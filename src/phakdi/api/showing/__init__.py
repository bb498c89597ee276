"""From rows and values of the rooms to what goes over the wire."""
