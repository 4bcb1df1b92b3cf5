"""The commands of `quoth`, those about one thing in one file; `qa.cli` puts them together."""
