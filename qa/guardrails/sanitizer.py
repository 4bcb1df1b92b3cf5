"""What stands between an article and a prompt: its words pass, and nothing that could be more than words."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What a reader does not see: controls, marks without width, marks that turn text round, tags, private use.
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
# What opens or closes a turn of a conversation in the templates of language models, as <|im_start|>,
# [INST], <<SYS>>, <start_of_turn>: a model's server reads it as just that, wherever it stands.
_TURN = (
    r"<[|\uff5c][^<>\n]{1,40}[|\uff5c]>|\[/?(?:INST|SYSTEM_PROMPT|TOOL_\w+|AVAILABLE_\w+)\]|<</?SYS>>"
    r"|</?(?:start_of_turn|end_of_turn|im_start|im_end|tool_call|tool_response)>"
)
_LINK_TO = r"\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)"
# The beginning of an excerpt as a prompt has it.
_HEADER = r"\[\d+\]\s*\([^()\n]*\b\d{4}-\d\d-\d\d\)"
_TURNS = re.compile(f"{_TURN}|{_HEADER}", re.IGNORECASE)
# Markup, of which a reader sees at most the label of a link.
_MARKUP = re.compile(
    "|".join(
        (
            r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]+[ -/]*[@-~]",  # control sequences of terminals
            r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,500}(?:\x07|\x1b\\|\x9c)",
            r"<!--.*?(?:-->|\Z)|<(?P<hidden>script|style|template|noscript)\b[^<>]*>.*?</(?P=hidden)\s*>",
            _TURN,
            r"</?[a-z][\w:-]*(?:\s[^<>]*)?/?>|<[!?][a-z\[][^<>]*>",
            rf"!\[[^\[\]]*\]{_LINK_TO}|(?<!!)\[(?P<label>[^\[\]]*)\]{_LINK_TO}",
            r"^[ ]{0,3}\[[^\[\]]+\]:[ \t]*\S+(?:[ \t]+[(\"'][^\n]*[)\"'])?[ \t]*$",  # where a link leads to
            rf"[{_UNSEEN}]+",
        )
    ),
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_RULES = re.compile(r"`+|#{2,}|={3,}|-{3,}|~{3,}|\*{2,}|_{3,}")
_SPEAKER = re.compile(r"[\"'”;|}]\s+(?=(?:system|assistant|user|developer)\s*:)", re.IGNORECASE)
_BARS = re.compile(r"(?:(?<=\n)|\A)[ \t]*(?:`{3,}|#{1,6} |={3,}|-{3,}|~{3,}|\*{3,})")
_LABEL = re.compile(
    r"\b(system|developer|assistant|user|human|ai|model|bot|tool|function|question|answer|excerpts?"
    r"|instructions?|input|output|response)\s*[:：]",
    re.IGNORECASE,
)
# Square brackets belong to marks and angle brackets to templates; neither is needed to tell a story.
_BRACKETS = str.maketrans("[]［］【】〔〕⟦⟧<>＜＞", "()()()()()‹›‹›")
_ADDRESS = re.compile(
    r"\b(?:[a-z][a-z+.-]*://|www\.|mailto:|javascript:|data:)[^\s()\[\]\"“”]+", re.IGNORECASE
)
_LINE_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}|>|[*+-])[ \t]+", re.MULTILINE)
_OPENS_TAG = re.compile(r"<(?=[a-z/!?|])", re.IGNORECASE)


def seen(text: str) -> str:
    """What a reader sees of `text`: without tags, comments, images, addresses behind links, control
    sequences, and characters that are not seen. Words, marks and line ends stay.
    """
    return _MARKUP.sub(_label, text)


def blanked(text: str) -> str:
    """`text` with blanks instead of what `seen` leaves out, so that every offset stays as it is; where a
    turn of a conversation or a bar stands, a blank line.
    """
    return _BARS.sub(_cut, _SPEAKER.sub(_cut, _MARKUP.sub(_blanks, text)))


def turned(text: str) -> int:
    """Where the first forged turn of a conversation begins; behind the end where there is none."""
    found = _TURNS.search(text)
    return found.start() if found else len(text)


def fenced(text: str) -> str:
    """`text` as a prompt may hold it: one line of words, in which nothing can be taken for a token of a
    chat template, for the label of a turn, for a heading, or for a mark such as [1].
    """
    words = _RULES.sub("", seen(text).translate(_BRACKETS))
    return " ".join(_LABEL.sub(r"\1 –", words).split())


def inert(draft: str, sources: Iterable[str]) -> str:
    """A model's draft without markup, and without addresses that stand in none of the `sources`. Its
    marks such as [1] stay.
    """
    told = "\n".join(sources)
    plain = _RULES.sub("", _LINE_MARKUP.sub("", seen(draft)))
    plain = _ADDRESS.sub(lambda found: found[0] if found[0].rstrip(".,;:!?") in told else "", plain)
    return _OPENS_TAG.sub("‹", plain).replace("](", "] (")


def _label(found: re.Match[str]) -> str:
    label = found["label"] or ""
    return f"[{label}]" if label.isdigit() else label  # a mark, whatever was put behind it


def _blanks(found: re.Match[str]) -> str:
    whole, label = found[0], found["label"]
    if label is not None:
        before = found.start("label") - found.start()
        return " " * before + label + " " * (len(whole) - before - len(label))
    return _cut(found) if _TURNS.fullmatch(whole) else " " * len(whole)


def _cut(found: re.Match[str]) -> str:
    return "\n" + " " * (len(found[0]) - 2) + "\n" if len(found[0]) > 1 else " "
