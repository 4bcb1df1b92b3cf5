"""Questions with several parts: each answered by itself, and all as one."""
