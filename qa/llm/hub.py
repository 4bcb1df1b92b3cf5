"""Weights from the Hugging Face hub."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import WeightsMissing
from qa.llm.download_progress import Progress, folder_size, require_free_space, watch_folder
from qa.llm.weights import Weights


def from_hub(weights: Weights, folder: Path, report: Progress) -> Path:
    """Downloads the files into `folder`, unverified. Raises WeightsMissing."""
    # Imported here: it takes 0.3 s, and every start of quoth imports this module.
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not weights.hub:
        raise WeightsMissing("it is not on the hub")
    for leftover in folder.rglob("*.incomplete"):  # the hub's client does not resume them
        leftover.unlink()
    require_free_space(weights, folder, weights.size - folder_size(folder))
    with (
        hub_endpoint(weights.hub.endpoint) as endpoint,
        watch_folder(weights, "from the hub", folder, 0, report),
        disable_progress_bars(),
    ):
        for file in weights.files:
            hf_hub_download(
                weights.hub.repo,
                file.name,
                revision=weights.hub.revision,
                endpoint=endpoint,
                local_dir=folder,
            )
    return folder


@contextmanager
def hub_endpoint(endpoint: str = "") -> Iterator[str]:
    """The URL of the hub, for requests inside the block. Their errors become WeightsMissing."""
    import httpx
    from huggingface_hub import constants, is_offline_mode

    if is_offline_mode():
        raise WeightsMissing("the hub was not asked (HF_HUB_OFFLINE is set)")
    try:
        # Without a network the hub's client retries for a long time; this fails within seconds.
        httpx.head(endpoint or constants.ENDPOINT, timeout=httpx.Timeout(10, connect=3))
        yield endpoint or constants.ENDPOINT
    except Exception as error:  # no common base class: errors of httpx, of xet and of the hub's client
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise WeightsMissing(f"the hub did not give it ({' '.join(str(error).split())})") from error
