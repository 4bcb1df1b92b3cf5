"""Thresholds fitted to a collection, kept in its metadata with the embedder and verifier of the fit."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import NamedTuple

from index.collection import FITTED
from qa.schemas import Thresholds


@dataclass(frozen=True, slots=True)
class FittedTo:
    """The embedder and the verifier (`verifier.identity`) whose confidences the thresholds cut."""

    embedder: str
    verifier: str

    @property
    def key(self) -> str:
        """The key of the thresholds in a collection's metadata."""
        return f"{FITTED}:{self.embedder}:{self.verifier}"

    @property
    def older_keys(self) -> tuple[str, str]:
        """Those under which earlier versions kept them, whatever the verifier was."""
        return f"{FITTED}:{self.embedder}", FITTED


class FoundThresholds(NamedTuple):
    """What a collection keeps for an embedder and a verifier: None if the default thresholds hold. `doubt` is
    why they may not fit, or why the default ones hold although some were fitted.
    """

    thresholds: Thresholds | None
    doubt: str = ""


def find_thresholds(metadata: Mapping[str, str], fitted_to: FittedTo) -> FoundThresholds:
    """The thresholds fitted to both, or those that an earlier version fitted to the embedder."""
    kept = {key: text for key, text in metadata.items() if key.partition(":")[0] == FITTED}
    for key in (fitted_to.key, *fitted_to.older_keys):
        if text := kept.get(key):
            earlier = "" if key == fitted_to.key else "fitted by an earlier version, with whatever verifier"
            return FoundThresholds(Thresholds.model_validate_json(text), earlier)
    if not kept:
        return FoundThresholds(None)
    same_embedder = any(key.startswith(f"{FITTED}:{fitted_to.embedder}:") for key in kept)
    other = "verifier" if same_embedder else "embedder"
    return FoundThresholds(None, f"fitted with another {other}, so that the default ones hold")


def save_thresholds(metadata: MutableMapping[str, str], fitted_to: FittedTo, thresholds: Thresholds) -> None:
    """Keeps the thresholds, in place of an earlier version's, which would hold for any verifier."""
    metadata[fitted_to.key] = thresholds.model_dump_json()
    for key in fitted_to.older_keys:
        metadata.pop(key, None)
