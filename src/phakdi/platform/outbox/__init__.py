"""The outbox room: facts that are told after a commit, the jobs that consumers do about them, and what is done by the clock."""
