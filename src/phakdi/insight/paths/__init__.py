"""The paths room: where members go, how long it takes and where they are lost (K14, K15, K26, K27)."""
