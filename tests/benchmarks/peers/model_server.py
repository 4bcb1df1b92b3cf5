"""The default language model behind OpenAI's interface, for all systems that need one."""

from __future__ import annotations

import sys
import time
from pathlib import Path


def main() -> None:
    """Serves the GGUF file of the first argument with the threads of the second until the input ends."""
    import os

    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(Path(sys.argv[1]))
    params.n_ctx, params.n_parallel = 4096, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[2])
    params.ui = params.endpoint_slots = False
    params.cache_ram_mib = 512
    params.verbosity = -1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while sys.stdin.readline():
        time.sleep(0)


if __name__ == "__main__":
    main()
