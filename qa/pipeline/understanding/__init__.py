"""What a question asks for: its kind, its parts, and which articles it is about."""
