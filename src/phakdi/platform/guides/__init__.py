"""The guides room: how an installation gets its first organization, and how an organization finds its feet."""
