"""Which of the articles that share bands with a text are copies of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from index.text.shingles import Shingles

# Candidates read per band, and texts compared per article: a footer that all articles of a source share
# must not make adding slower the more of them there are.
CANDIDATES_PER_BAND, MAX_COMPARED = 50, 20


def matching_clusters(
    shingles: Shingles,
    shared_bands: Counter[int],
    cluster_of: Callable[[int], int],
    text_of: Callable[[int], str],
) -> Iterator[int]:
    """The clusters that contain a copy of the text with these shingles; `shared_bands` counts the bands that
    each member of a cluster has in common with it.
    """
    matching: set[int] = set()
    compared = 0
    for member, _ in shared_bands.most_common():
        cluster = cluster_of(member)
        if cluster in matching:
            continue
        if compared == MAX_COMPARED:
            break
        compared += 1
        if shingles.is_copy_of(Shingles.of(text_of(member))):
            matching.add(cluster)
            yield cluster
