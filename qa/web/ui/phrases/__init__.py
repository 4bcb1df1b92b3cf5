"""All words of the window in every language, by view."""

Counted = tuple[str, str]
"""A phrase for exactly one and a phrase for any other number."""
