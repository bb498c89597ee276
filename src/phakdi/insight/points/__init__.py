"""The points room: what points are given, used and owed, by month of issue, and what a program costs."""
