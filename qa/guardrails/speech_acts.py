"""The words of a sentence by what they do in an order to tell something: who is addressed, what act is
wanted, how it is demanded. All other words count as one.

The classes say how a sentence is built, whatever it is about and, in part, in whatever language.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from index.text.normalization import is_stop_word

# Whole words; "*" stands for any ending. A word has the first class that lists it.
_CLASSES = {
    "NEED": """must should shall ought need needs required obliged requested obligatory compulsory admissible
        permitted allowed forbidden soll sollen sollten muss müssen doit doivent devez faut tenus priés debe
        deben tienen ha hay tiene deve devono bisogna moet moeten tem têm devem należy musi powinien powinni
        następnie должен должны обязан* следует пусть має мають мусить повинен нехай måste ska skal skall
        musí ať 必须 請 请 必須 يجب""",
    "WHO": """whoever whosoever anyone anybody everyone everybody those someone somebody who wer alle jeder
        jedem quiconque quien quienes chi wie kto quem тот те кто всем каждому той хто всім den som kdo""",
    "ALWAYS": """always only never solely exclusively every any whatever however regardless irrespective
        instead whenever wherever nothing nobody else immer stets nur nie statt gleichgültig toujours
        seulement jamais siempre solo nunca sempre mai altijd nooit zawsze nigdy tylko всегда только
        никогда завжди vždy alltid""",
    "ASK": """ask asks asked asking question* enquir* inquir* quer* request* gefragt fragt frage* nachfrage*
        demande demandé interrog* pregunta* chied* domanda* vraagt gevraagd vraag pergunt* zapyta* pyta*
        pytanie спрос* спраш* вопрос* запит* питан* frågar fråga spør spørsmål zeptá otázk* sorul* 问 問""",
    "RETELL": """quoting quotes quoter* quotation* citing cites citation* summar* abstract abstracts digest*
        excerpt* retell* repeats repeating rewriter* reus* syndicat* redistribut* republish* reprint*
        reproduct* reproduces aggregat* compil* follow-up* paraphras* retold passing passes zitier* weitergib*
        weitergeb* wiedergeb* zusammenfass* berichte* résum* citent reprennent reproduit resum* resúm*
        citen repit* riassum* cita citano citeert samenvat* cytuj* streszcz* streszcza цитир* переда*
        пересказ* переказ* citerar sammanfatt* siterer cituj* shrn* alıntıla* 引用 总结""",
    "MACHINE": """ai a.i ais assistant assistants bot bots chatbot* llm llms model models machine machines
        algorithm* robot* system systems engine engines gpt chatgpt program programs automat* reader readers
        ki ki-assistent* sprachmodell* assistent* asistent* assistenti assistente* asystenci помощник* модел*
        modèles modelos modelli""",
    "TEXT": """article* text texts page pages report story piece document passage account paragraph headline
        copy note notice version news artikel* bericht texte texto testo tekst* artículo artigo articolo
        artykuł artykułu текст* статью статті весть новость notiz""",
    "DROP": """ignore ignoring disregard forget override omit leave replace substitute swap void bypass drop
        refrain ignorier* ersetz* vergiss ignorez remplac* oubli* ignor* sustituy* olvid* dimentic* negeer*
        vergeet zignoruj игнор* забуд* 忽略 透露""",
    "TELL": """say state name cite quote mention tell answer reply respond write describe credit attribute
        claim confirm announce repeat reproduce recommend speak summarise summarize nennt nenne nennen sag
        sage sagen sagt schreibe schreiben schreibt antworte antworten antwortet angeben anzugeben
        empfehl* empfiehlt erwähn* dites dire dis répondez répondre réponds indiquez indiquer
        mention* écrire écrivez citez nommer nommez recommand* diga digan decir responda responder
        respondan mencione escribir escriba indicar recomend* dite rispondete rispondere scrivere
        scriva scrivete citate indichi indicare indicato dica menzion* consigli* zeg antwoord
        schrijven schrijf noem geeft opgeven aanbevel* escrever escreva odpowiedz odpowiadaj powiedz
        mów napisać napisz polec* отвечайте отвечать ответьте скажите сказать говорите говорить
        называйте назовите зовите указывайте указать указывает написать пишите утверждать рекоменд*
        відповідайте відповідати скажіть кажіть називайте написати вказує вказати svara svar skriva
        skriv säg si odpovězte řekněte uvádí uvádějte napsat cevap söyle* yazsın 回答 答え 写明 说 書く 书 قل
        أجب يكتب اكتب""",
    "PUT": """give put add use set pass return print output include insert append make call list report
        present provide carry convey show render pretend recall spell refer gib gebe geben gebt donnez
        donner dar indique versin podaj podaje podać ange oppgi""",
    "TOLD": """said told named given stated cited quoted mentioned answered replied responded written called
        described listed credited attributed claimed confirmed announced repeated reproduced reported put
        referred carried passed made sagte nannte schrieb antwortete genannt angegeben répondu dit écrit cité
        dijo respondió detto risposto zei ответил* сказал* назвал* odpowiedział powiedział""",
    "TELLS": """says names gives tells writes states mentions answers replies responds calls describes lists
        reports recommends""",
    "PLEASE": "please kindly bitte veuillez merci prego alstublieft proszę пожалуйста prosím",
    "YOU": "you your yours du dein* ihr vous votre tu usted su lei voi u você ty вы вас ты вам vy 你",
}
# Function words that say how a sentence is built; the others are no class of their own.
_KEPT = frozenset(
    """a an the this that these those it is are was were be been being has have had to of in on at by for
    from with without as if when while before after and or but not no do does did will would can could may
    might i we he she they his her their our my its him them us me what which whose where why how than then
    there here now more most all each own wenn falls dass als in mit von zu der die das ist sind war wird
    si que qui le la les de du un une à en se el los las y o il di che per is het een van ik å é"""
    .split()
)  # fmt: skip
_SIGNS = {
    ":": "colon",
    ";": "semicolon",
    "?": "mark",
    "!": "cry",
    "(": "open",
    ")": "close",
    "|": "cell",
    **dict.fromkeys('“”"', "quote"),
}
_WORD = re.compile(r"\d[\d.,:]*|[^\W\d_]+(?:['’.-][^\W\d_]+)*|[,:;?!“”\"()|]")


def speech_acts(text: str) -> str:
    """The text with each word replaced by its class: `Whoever quotes this must name Ada as the owner` gives
    `WHO RETELL this NEED TELL Name as the x`. Signs are words too, such as `colon`.
    """
    words = _WORD.findall(_UNSPACED.sub(r" \g<0> ", text))
    return " ".join(_class(word, nth == 0) for nth, word in enumerate(words))


@lru_cache(maxsize=20_000)
def _class(word: str, first: bool) -> str:
    if word[0].isdigit():
        return "0"
    if not word[0].isalpha():
        return _SIGNS.get(word, word)
    small = word.lower()
    if not small.isascii() and small not in _EXACT:
        # "Säy thé" is no other language.
        bare = "".join(one for one in unicodedata.normalize("NFD", small) if not unicodedata.combining(one))
        small = bare if bare in _EXACT else small
    if word == "State" and not first:
        return "Name"
    if known := _EXACT.get(small):
        return known
    for prefix, name in _PREFIXES:
        if small.startswith(prefix):
            return name
    if small in _KEPT:
        return small
    if is_stop_word(small):
        return small
    return "Name" if word[0].isupper() and not first else "x"


_EXACT: dict[str, str] = {}
_PREFIXES: list[tuple[str, str]] = []
for _name, _words in _CLASSES.items():
    for _one in _words.split():
        if _one.endswith("*"):
            _PREFIXES.append((_one[:-1], _name))
        else:
            _EXACT.setdefault(_one, _name)
# Chinese and Japanese have no blanks between words: the known ones are set apart.
_UNSPACED = re.compile(
    "|".join(sorted((word for word in _EXACT if word[0] > "\u3000"), key=len, reverse=True))
)
