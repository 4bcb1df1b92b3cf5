"""The top of the page: the name, conversations, languages, and who is signed in."""

from __future__ import annotations

from qa.auth import OWNER, Caller
from qa.messages import Messages, languages
from qa.web.auth.permissions import SIGN_OUT
from qa.web.ui.html.rendering import render


def masthead(messages: Messages, signed_in: Caller = OWNER) -> str:
    """The header, with a way to sign out unless the caller is the server's owner."""
    caller = None if signed_in == OWNER else signed_in
    return render("header.html", messages, languages=languages(), caller=caller, sign_out=SIGN_OUT)
