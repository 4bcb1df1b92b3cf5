"""What is said of the collection itself."""
