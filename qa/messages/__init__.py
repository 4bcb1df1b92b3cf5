"""What a reader sees in words: English in the code, other languages in the catalogues of a folder."""

from qa.messages.catalogue import ENGLISH, languages, messages_in, preferred_language
from qa.messages.messages import Messages

__all__ = ["ENGLISH", "Messages", "languages", "messages_in", "preferred_language"]
