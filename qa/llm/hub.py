"""Weights from the Hugging Face hub."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import WeightsMissing
from qa.llm.download_progress import Progress, bytes_in, make_sure_of_room, watched
from qa.llm.weights import Weights


def from_hub(weights: Weights, place: Path, report: Progress) -> Path:
    """Downloads the files into `place`, unchecked, or raises WeightsMissing."""
    # Imported here: it takes 0.3 s, and every start of quoth imports this module.
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not weights.hub:
        raise WeightsMissing("it is not on the hub")
    for leftover in place.rglob("*.incomplete"):  # its client begins a file anew each time
        leftover.unlink()
    make_sure_of_room(weights, place, weights.size - bytes_in(place))
    with (
        asked(weights.hub.endpoint) as endpoint,
        watched(weights, "from the hub", place, 0, report),
        disable_progress_bars(),
    ):
        for file in weights.files:
            hf_hub_download(
                weights.hub.repo,
                file.name,
                revision=weights.hub.revision,
                endpoint=endpoint,
                local_dir=place,
            )
    return place


@contextmanager
def asked(endpoint: str = "") -> Iterator[str]:
    """Gives the address of the hub, and turns what goes wrong in asking there into WeightsMissing."""
    import httpx
    from huggingface_hub import constants, is_offline_mode

    if is_offline_mode():
        raise WeightsMissing("the hub was not asked (HF_HUB_OFFLINE is set)")
    try:
        # The client tries again for long where there is no network; this fails within seconds.
        httpx.head(endpoint or constants.ENDPOINT, timeout=httpx.Timeout(10, connect=3))
        yield endpoint or constants.ENDPOINT
    except Exception as error:  # its errors have no common base: two of httpx, those of xet, its own
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise WeightsMissing(f"the hub did not give it ({' '.join(str(error).split())})") from error
