"""The top of the page: the name, conversations, languages, and who is signed in."""

from __future__ import annotations

from index.text.messages.catalogue import languages
from index.text.messages.messages import Messages
from qa.auth import OWNER, Caller
from qa.web.auth.permissions import SIGN_OUT, role_name
from qa.web.ui.html.rendering import render


def masthead(messages: Messages, signed_in: Caller = OWNER) -> str:
    """The header, with a way to sign out unless the caller is the server's owner."""
    return render(
        "header.html",
        messages,
        languages=languages(),
        caller=None if signed_in == OWNER else signed_in,
        role=role_name(signed_in.role, messages),
        sign_out=SIGN_OUT,
    )
