"""The traits room: what models expect of a member, kept beside what is known of the member."""
