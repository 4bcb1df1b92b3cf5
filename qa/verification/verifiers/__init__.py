"""Verifiers: what judges whether a quote proves a claim."""
