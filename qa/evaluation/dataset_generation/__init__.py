"""Generates test questions from the articles of a collection, or from negative feedback."""
