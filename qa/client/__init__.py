"""A running Quoth, asked over HTTP from another process as an `Assistant` is asked in its own.

`Quoth` waits, `AsyncQuoth` awaits; what they send and read is in `qa.client.calls`.
"""

from qa.client.awaiting import AsyncQuoth
from qa.client.waiting import Quoth

__all__ = ["AsyncQuoth", "Quoth"]
