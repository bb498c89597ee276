"""One router for each noun: a view turns input into values, makes one call, and turns the answer back."""
