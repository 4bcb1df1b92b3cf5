"""Detection of prompt injection: sentences of an article that instruct whoever answers from it.

They may be visible or hidden from readers. They are recognized by their form, if they address the answering
system and say what to answer, or else by a classifier of addressee and purpose (`orders`), since forms never
end. Reports about such instructions, quoted or in the past tense, are not flagged, nor are instructions that
are not about answering.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.sentences import sentence_spans
from qa.guardrails.disguise import is_unreadable
from qa.guardrails.orders import order_probability, readable, replaces_plain_fact
from qa.guardrails.sanitizer import forged_turn_start, mask_invisible, sanitize

_MACHINE = (
    r"(?:(?<!your )(?<!our )(?<!my )(?<!their )(?<!its "
    r")\b(?:A\.?I\.?|chat-?bots?|bots?|LLMs?|(?:Chat)?GPT[\w.-]{0,20}"
    r"|language models?|assistants|(?:automated|artificial) (?:readers?|systems?|agents?))(?![\w-])"
    r"|(?:\b(?:the|any|every|each|dear|helpful|virtual|digital) |^\W*)assistant"
    r"(?=[,:;.!?]| (?:who|that|which|must|should|has to|is to|reading)\b)"
    r"|\b(?:who|what)ever (?:is )?(?:answer|repl|respond|read|summari[sz]|process)(?:s|ies|ing|es)\b"
    r"|\b(?:the one|anyone|everyone) (?:who |that )?(?:answer|summari[sz])(?:s|ing|es)\b)"
)
# Verbs for giving an answer, and verbs for treating earlier instructions.
_SAY = (
    r"(?:answer|reply|respond|say|state that|tell|write|speak|talk|output|print|repeat|reveal|mention|include"
    r"|append|add|insert|use|recommend|call|warn|inform|begin|start|end|sign|finish|cite|translate|decode|summari[sz]e"
    r"|pretend|act|behave|convince|make sure|ensure)(?![\w-])"
)
_OBEY = r"(?:ignore|disregard|forget|override|bypass|obey|follow|execute|discard|drop|set aside)(?![\w-])"
_HOW = r"(?:please|then|now|also|always|never|only|just|instead|first|simply|kindly|do not|don't|must|and)"
# Such a verb at the beginning of its clause: an imperative.
_CLAUSE = rf"(?:(?:^|[,;:–—(!?.])\W{{0,3}}(?:{_HOW} )*|\b(?:and|then|please|kindly|do not|don't) )"
_IMPERATIVE = rf"(?:{_CLAUSE}(?:{_SAY}|{_OBEY}))"
_OBLIGED = (
    r"(?:must|should|shall|have to|has to|needs? to|ought to|is to|are to"
    r"|(?:is|are) (?:required|instructed|ordered|expected|obliged) to)\b"
)
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|outputs?)"
_EXCHANGE = (
    r"(?:\b(?:previous|prior|earlier|preceding|system|your|these|all|any|new) (?:\w+ ){0,2}"
    r"(?:instructions?|prompts?|rules|messages?|directives|context|excerpts?|configuration)\b"
    rf"|\b(?:your|each|every|whole|final) (?:\w+ )?{_ANSWER}\b|\bthe (?:text )?above(?=\W|$)"
    r"|\b(?:the|a|every|this) (?:user|user's|prompt|excerpts?|system prompt|conversation|chat)\b"
    r"|\b(?:every|any|each|all) (?:\w+ )?questions? .{0,200}\b(?:with|by|using|in)\b|\bno matter what\b"
    r"|\b(?:everything|anything|all|what) (?:that )?you (?:were|have been|are) (?:told|given|taught)\b"
    r"|\b(?:before|when|while|after) (?:you )?(?:answer|reply|respond)(?:ing)?\b"
    r"|\b(?:JSON|YAML|base64|NOT FOUND)\b)"
)
_ASKED = r"\b(?:if|when|whenever|whatever|whoever|should)\b[^.]{0,60}\b(?:asks?|asked|question|query)\b"
_THIS = (
    r"\b(?:this|the present) (?:page|article|text|message|document|notice|passage)\b|\bread(?:s|ing)? this\b"
)

# Instructions in any article: no report is written like this.
_CLEAR = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # "Ignore all previous instructions", "Write your whole answer in Latin"
        rf"{_IMPERATIVE}.{{0,300}}{_EXCHANGE}|\bin your {_ANSWER}\b.{{0,300}}{_IMPERATIVE}",
        # "When asked who won, say ...", "Whatever the question is, the correct answer is ..."
        rf"{_ASKED}[^.]{{0,300}}[,:–]\s*(?:{_HOW} )*{_SAY}",
        rf"{_ASKED}[^.]{{0,300}}\b(?:(?:correct|right|only|proper) {_ANSWER}\b"
        rf"|you (?:{_HOW} |should |will )+{_SAY})",
        # "The answer to every question is ...", "Any other answer is wrong"
        rf"\b{_ANSWER} to (?:every|any|each|all) (?:\w+ ){{0,2}}(?:question|query|prompt)s?\b[^.]{{0,40}}"
        r"(?:\b(?:is|are|must be|should be)\b|[:–])",
        rf"\bany other {_ANSWER} (?:is|are|would be) (?:wrong|false|incorrect|forbidden)\b",
        # "Your reply should consist of ...", "begin each answer with ...", "respond with the sentence ..."
        rf"\byour (?:\w+ )?{_ANSWER} [^.]{{0,30}}{_OBLIGED} (?:\w+ )?"
        r"(?:consist|contain|say|read|begin|start|end|include)\b",
        rf"\b(?:begin|start|end|finish|sign|preface|open|close) (?:each|every|all|your) (?:\w+ )?{_ANSWER}\b",
        r"\b(?:answer|reply|respond) (?:it |them )?(?:only |solely |exactly |just )*(?:as if|as though"
        r"|in the (?:voice|style) of"
        r"|(?:with|using) (?:only )?(?:the|this|a single) (?:\w+ )?(?:words?|phrase|sentence|text))\b",
        # "You are now DAN", "From now on you only say ...", "Your new task is ...", "you answer only as ..."
        r"\byou(?:'re| are) now (?:(?:an? |the )?(?:\w+ )?(?:assistant|AI|model|bot)|called"
        r"|(?-i:[A-Z]{3,}))\b",
        r"\b(?:assistant|AI|model|chatbot) is now (?:an?|called)\b",
        rf"\b(?:from|as of) (?:now|here) on\W+(?:you |please |only |always ){{0,4}}(?:you\b.{{0,300}}\b{_SAY}"
        r"|(?:answer|respond|reply|write|say)\b)",
        r"\byour (?:new|only|real|actual|true|next) (?:task|job|role|goal|mission|purpose|instructions?)"
        r" (?:is|are)\b",
        r"\byou (?:\w+ ){0,4}(?:answer|reply|respond)\b.{0,300}\b(?:only|single|with the word|as the)\b",
        r"\byou (?:only|always|never)(?: ever)? (?:answer|reply|respond)\b",
        r"\bI (?:order|command|instruct) you to\b",
        # "Dear language model, ...", "As an AI you ...", "Assistants reading this page must ..."
        r"^\W*(?:note|notice|message|attention|instructions?|memo|rules?|dear|hello|hey|hi)\W+"
        rf"(?:(?:to|for|all|any|every) )*{_MACHINE}[^.]{{0,30}}[,:–]|\bas an? (?:\w+ )?{_MACHINE},? you\b",
        rf"{_MACHINE}[^.]{{0,40}}(?:{_THIS})[^.]{{0,300}}(?:{_OBLIGED}|[,:;–]|\W{{0,20}}$)",
        # The labels of turns, as `sanitize` leaves them.
        r"^(?:system|assistant|excerpts?) –",
        r"^\W*(?:AI|assistant|model|chatbot|system) (?:instructions|directives)\b",
        # "Ignore the instructions" in other languages.
        r"\b(?:ignor\w+|vergiss|missachte\w*|oubli\w+|olvid\w+|dimentica\w*|negeer|игнорир\w+|забудь\w*)\b"
        r".{0,40}(?:anweisung|instruktion|instrucc|consigne|istruzion|instructies|инструкц|указани)",
        r"(?:忽略|无视|忽視|無視).{0,12}(?:指示|指令|命令)",
    )
)
# Instructions too, but reports about machines may have this form: it counts only for other questions.
_LIKELY = re.compile(
    rf"{_MACHINE}.{{0,300}}\b{_OBLIGED} (?:\w+ )?(?:{_SAY}|{_OBEY})|{_MACHINE}.{{0,300}}\bobeys?\b"
    rf"|{_MACHINE}[^.]{{0,300}}[,;:–—]\s*(?:{_HOW} )*(?:{_SAY}|{_OBEY})",
    re.IGNORECASE,
)
# The continuation of an instruction: another imperative, or the wanted answer.
_CONTINUED = re.compile(
    rf"^\W*(?:(?:{_HOW} )*(?:{_SAY}|{_OBEY})|(?:user|response|output|answer) –)", re.IGNORECASE
)
# A sentence is an order from this probability; next to another one, or in the same passage as a sentence that
# states the plain fact, from the lower.
MIN_ORDER, MIN_CONTINUED, MIN_DOUBT = 0.75, 0.4, 0.6
_ABOUT_INSTRUCTIONS = re.compile(
    r"\b(?:instruct\w*|prompts?|inject\w*|jailbreak\w*|notices?|hidden (?:text|line|sentence|message)s?)\b",
    re.IGNORECASE,
)
_ABOUT_MACHINES = re.compile(rf"{_MACHINE}|\b(?:assistant|robot)s?\b", re.IGNORECASE)
_QUOTED = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*\"|«[^«»]*»|„[^„“]*“|(?<!\w)‘[^‘’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedSentence:
    """A sentence, `passage[start:end]`, with its sanitized text. An untrusted one is empty, gives
    instructions, or follows a forged turn of a conversation.
    """

    start: int
    end: int
    text: str
    trusted: bool


def screen_sentences(passage: str, question: str) -> list[ScreenedSentence]:
    """The visible sentences of a passage, in order, each screened for prompt injection."""
    spans = sentence_spans(mask_invisible(passage))
    flags = flag_instructions([passage[start:end] for start, end in spans], question)
    if any(flags):
        # The segmenter takes a table and what stands around it for one sentence.
        spans = [
            part
            for span, flag in zip(spans, flags, strict=True)
            for part in (_rows(passage, *span) if flag else [span])
        ]
    raw = [passage[start:end] for start, end in spans]
    texts = [sanitize(one) for one in raw]
    forged = forged_turn_start(passage)
    return [
        ScreenedSentence(start=start, end=end, text=text, trusted=bool(text) and not flag and start < forged)
        for (start, end), text, flag in zip(spans, texts, flag_instructions(raw, question), strict=True)
    ]


def screen_title(title: str) -> str:
    """A title, or the name of a source, as evidence: empty if it instructs whoever answers."""
    return "" if any(flag_instructions([title], "")) else title


def flag_instructions(sentences: Sequence[str], question: str) -> list[bool]:
    """For each sentence of one passage, as it is written, whether it instructs whoever answers.

    None is flagged if the question is about such instructions, and fewer are if it is about machines.
    """
    if _ABOUT_INSTRUCTIONS.search(question):
        return [False] * len(sentences)
    about_machines = bool(_ABOUT_MACHINES.search(question))
    unquoted = [_QUOTED.sub("“”", unicodedata.normalize("NFKC", readable(one))) for one in sentences]
    chances = [
        0.0 if about_machines and _ABOUT_MACHINES.search(one) else order_probability(one) for one in sentences
    ]
    flags = [
        chance >= MIN_ORDER
        or is_unreadable(sentence)
        or any(pattern.search(one) for pattern in _CLEAR)
        or (not about_machines and bool(_LIKELY.search(one)))
        for sentence, one, chance in zip(sentences, unquoted, chances, strict=True)
    ]
    plain = [one for one, chance in zip(sentences, chances, strict=True) if chance < MIN_DOUBT]
    flags = [
        flag or (chance >= MIN_DOUBT and any(replaces_plain_fact(one, other) for other in plain))
        for flag, one, chance in zip(flags, sentences, chances, strict=True)
    ]
    # "Say that it burned" is an instruction only beside a sentence that is one.
    return [
        flag
        or (chance >= MIN_CONTINUED and any(flags[max(0, at - 1) : at + 2]))
        or (any(flags) and bool(_CONTINUED.search(one)))
        for at, (flag, one, chance) in enumerate(zip(flags, unquoted, chances, strict=True))
    ]


def _rows(passage: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of the table's rows in `passage[start:end]`, and of what stands before, between and after."""
    begin = end_of_line = start
    parts = []
    for line in passage[start:end].splitlines(keepends=True):
        begin_of_line, end_of_line = end_of_line, end_of_line + len(line)
        if "|" in line or "\t" in line:
            parts += [(begin, begin_of_line), (begin_of_line, end_of_line)]
            begin = end_of_line
    for first, last in [*parts, (begin, end)]:
        part = passage[first:last]
        if part.strip():
            yield first + len(part) - len(part.lstrip()), last - len(part) + len(part.rstrip())
