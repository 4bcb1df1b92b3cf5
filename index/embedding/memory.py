"""Returning freed memory to the system."""

import ctypes


def release_free_memory() -> None:
    """Returns freed memory to the system; takes milliseconds.

    glibc keeps freed memory, and texts of varying lengths fragment it, so that a long ingestion would grow
    without end. Other C libraries return memory by themselves, and nothing is done there.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
