"""The models, as numbers: no database, no Django. Times are in one unit of the caller's choice, values in one currency."""
