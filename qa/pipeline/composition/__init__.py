"""Answers by kind of question, made of the articles' own sentences and of what the document store knows."""
