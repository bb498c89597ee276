"""The insight wing: figures made of what the wings below keep. Nothing here is needed for a till to answer."""
