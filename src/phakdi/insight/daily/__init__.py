"""The daily room: what happened on each day, summed as it happens, so that a dashboard never reads whole tables."""
