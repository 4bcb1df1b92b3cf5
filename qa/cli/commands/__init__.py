"""The commands of `quoth`, those about one thing in one file; `qa.cli.main` puts them together."""
