"""Removes everything but words from text that enters a prompt or an answer: markup, chat-template tokens,
invisible characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.text.letters import normalize_letters

# Characters that a reader does not see: controls, zero width, bidirectional marks, tags, private use.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
# Tokens that begin or end a turn in chat templates, such as <|im_start|>, [INST], <<SYS>>, <start_of_turn>:
# a model's server treats them as such wherever they appear.
_CHAT_TOKEN = (
    r"<[|\uff5c][^<>\n]{1,40}[|\uff5c]>|\[/?(?:INST|SYSTEM_PROMPT|TOOL_\w+|AVAILABLE_\w+)\]|<</?SYS>>"
    r"|</?(?:start_of_turn|end_of_turn|im_start|im_end|tool_call|tool_response)>"
)
_LINK_TARGET = r"\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)"
# The header of an excerpt in a prompt.
_HEADER = r"\[\d+\]\s*\([^()\n]*\b\d{4}-\d\d-\d\d\)"
_FORGED_TURN = re.compile(f"{_CHAT_TOKEN}|{_HEADER}", re.IGNORECASE)
# Markup. A reader sees nothing of it but the label of a link.
_MARKUP = re.compile(
    "|".join(
        (
            r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]+[ -/]*[@-~]",  # control sequences of terminals
            r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,500}(?:\x07|\x1b\\|\x9c)",
            r"<!--.*?(?:-->|\Z)|<(?P<hidden>script|style|template|noscript)\b[^<>]*>.{0,1000}?</(?P=hidden)\s*>",
            _CHAT_TOKEN,
            r"</?[a-z][\w:-]*(?:\s[^<>]*)?/?>|<[!?][a-z\[][^<>]*>",
            rf"!\[[^\[\]]*\]{_LINK_TARGET}|(?<!!)\[(?P<label>[^\[\]]*)\]{_LINK_TARGET}",
            r"^[ ]{0,3}\[[^\[\]]+\]:[ \t]*\S+(?:[ \t]+[(\"'][^\n]*[)\"'])?[ \t]*$",  # a link's definition
            rf"[{_INVISIBLE}]+",
        )
    ),
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_RULES = re.compile(r"`+|#{2,}|={3,}|-{3,}|~{3,}|\*{2,}|_{3,}")
_SPEAKER = re.compile(r"[\"'”;|}]\s+(?=(?:system|assistant|user|developer)\s*:)", re.IGNORECASE)
_BLOCK_START = re.compile(r"(?:(?<=\n)|\A)[ \t]*(?:`{3,}|#{1,6} |={3,}|-{3,}|~{3,}|\*{3,})")
_LABEL = re.compile(
    r"\b(system|developer|assistant|user|human|ai|model|bot|tool|function|question|answer|excerpts?"
    r"|instructions?|input|output|response)\s*[:：]",
    re.IGNORECASE,
)
# Square brackets are for citation marks and angle brackets for templates; prose needs neither.
_BRACKETS = str.maketrans("[]［］【】〔〕⟦⟧<>＜＞", "()()()()()‹›‹›")
_URL = re.compile(
    r"\b(?:[a-z][a-z+.-]{0,30}://|www\.|mailto:|javascript:|data:)[^\s()\[\]\"“”]+", re.IGNORECASE
)
_LINE_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}|>|[*+-])[ \t]+", re.MULTILINE)
_TAG_START = re.compile(r"<(?=[a-z/!?|])", re.IGNORECASE)


def visible_text(text: str) -> str:
    """What a reader sees of `text`: without tags, comments, images, link targets, control sequences and
    invisible characters. Words, citation marks and line ends stay.
    """
    return _MARKUP.sub(_label, text)


def mask_invisible(text: str) -> str:
    """`text` with blanks in place of what `visible_text` removes, so that all offsets stay the same.
    Chat-template tokens and the marks of headings and rules become line breaks.
    """
    return _BLOCK_START.sub(_line_break, _SPEAKER.sub(_line_break, _MARKUP.sub(_mask, text)))


def forged_turn_start(text: str) -> int:
    """The offset of the first forged turn of a conversation; the length of the text if there is none."""
    found = _FORGED_TURN.search(text)
    return found.start() if found else len(text)


def sanitize(text: str) -> str:
    """`text` as one line that is safe in a prompt: its letters are normalized, and nothing in it can pass for
    a chat-template token, the label of a turn, a heading, or a citation mark such as [1].
    """
    words = _RULES.sub("", visible_text(normalize_letters(text)).translate(_BRACKETS))
    return " ".join(_LABEL.sub(r"\1 –", words).split())


def sanitize_draft(draft: str, sources: Iterable[str]) -> str:
    """A model's draft without markup, and without URLs that are in none of the `sources`. Citation marks
    such as [1] stay.
    """
    cited = "\n".join(sources)
    plain = _RULES.sub("", _LINE_MARKUP.sub("", visible_text(draft)))
    plain = _URL.sub(lambda found: found[0] if found[0].rstrip(".,;:!?") in cited else "", plain)
    return _TAG_START.sub("‹", plain).replace("](", "] (")


def _label(found: re.Match[str]) -> str:
    label = found["label"] or ""
    return f"[{label}]" if label.isdigit() else label  # a citation mark, whatever target was added to it


def _mask(found: re.Match[str]) -> str:
    whole, label = found[0], found["label"]
    if label is not None:
        before = found.start("label") - found.start()
        return " " * before + label + " " * (len(whole) - before - len(label))
    return _line_break(found) if _FORGED_TURN.fullmatch(whole) else " " * len(whole)


def _line_break(found: re.Match[str]) -> str:
    return "\n" + " " * (len(found[0]) - 2) + "\n" if len(found[0]) > 1 else " "
