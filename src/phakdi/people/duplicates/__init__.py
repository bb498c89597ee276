"""Members who may be one person: found, judged, remembered."""
