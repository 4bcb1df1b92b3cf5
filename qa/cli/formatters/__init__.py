"""What commands show of their results, as text for people or as JSON."""
