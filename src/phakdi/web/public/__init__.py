"""What everybody may see of an organization: its page, its program's terms, its stores."""
