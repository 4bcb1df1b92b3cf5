"""The commands of `quoth`, grouped by topic; `qa.cli.main` registers them."""
