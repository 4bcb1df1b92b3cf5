"""Clients of a running Quoth server, with the methods of `Assistant`.

`Quoth` is synchronous, `AsyncQuoth` asynchronous; `qa.client.endpoints` has the requests they share.
"""

from qa.client.async_client import AsyncQuoth
from qa.client.sync_client import Quoth

__all__ = ["AsyncQuoth", "Quoth"]
