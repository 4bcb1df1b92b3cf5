"""Prints the results of commands as text or JSON."""
