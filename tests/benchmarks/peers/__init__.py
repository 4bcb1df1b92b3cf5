"""Quoth beside what people would use instead, on the same model server, articles and questions."""
