"""The forecast room: what members, sales, purchases, points and NPS will probably be, and how far such forecasts were off (K34)."""
