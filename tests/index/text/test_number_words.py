"""Numbers, months and percentages of other languages in English forms."""

import pytest

from index.text.number_words import in_english_form


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "am 1. März 3.000,50 Euro", "am 1 March 3000.50 Euro"),
        ("de", "vierzehn, achtundvierzig", "14, 48"),
        ("de", "2 Millionen, 2 Milliarden und 2 Billionen", "2 million, 2 billion und 2 trillion"),
        ("de", "12 Prozent von 2.700.000 im Jahr 1996", "12 % von 2700000 im Jahr 1996"),
        ("es", "30 mil personas", "30 thousand personas"),
        ("tr", "İki kişi öldü", "2 kişi öldü"),
        ("es", "el 1 de marzo, cuarenta y siete", "el 1 de March, 47"),
        ("es", "el 5 por ciento", "el 5 %"),
        ("fr", "3 500,5 le 2 mars", "3500.5 le 2 March"),
        ("ru", "двадцать один, 3 миллиона", "21, 3 million"),
        ("en", "3,000.50 on 1 March", "3,000.50 on 1 March"),
        ("zh", "三月，14人", "March，14人"),
    ],
)
def test_english_forms(language: str, text: str, english: str) -> None:
    assert in_english_form(text, language) == english
