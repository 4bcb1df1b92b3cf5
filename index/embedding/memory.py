"""What a long walk does so that the memory of this process does not grow."""

import ctypes


def give_back() -> None:
    """Hands memory that was freed back to the system, in some milliseconds.

    The C library of most Linux systems keeps it, and texts of ever other lengths leave holes in it that
    the next ones do not fit. Other libraries give it back by themselves: nothing is done there.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
