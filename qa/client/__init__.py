"""A running Quoth, asked over HTTP from another process as an `Assistant` is asked in its own.

`Quoth` waits, `AsyncQuoth` awaits; what they send and read is in `qa.client.endpoints`.
"""

from qa.client.async_client import AsyncQuoth
from qa.client.sync_client import Quoth

__all__ = ["AsyncQuoth", "Quoth"]
