"""The keys room: programs that call the API, what they may do, and what they were answered before."""
