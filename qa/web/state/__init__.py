"""What servers share besides the articles, in PostgreSQL."""
