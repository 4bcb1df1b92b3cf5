"""What a reader is told: English in the code, other languages in the catalogues of a folder."""
