"""Makes test questions: drafted from a collection's own articles, or from thumbs down."""
