"""The process that holds an embedded model: `python -m apigen.llms.local_server WEIGHTS SLOTS CONTEXT THREADS`.

Prints `listening URL` when ready, and ends when its standard input does: that is how it dies with its parent, however
that one dies.
"""

import os
import sys


def main() -> None:
    weights, slots, context, threads = sys.argv[1], *map(int, sys.argv[2:5])
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = slots
    params.n_ctx = slots * context
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads or os.cpu_count() or 1
    params.use_jinja = True
    params.verbosity = 0
    # Sizing by trial loads and a warm-up request cost seconds at every start, and the size is known here.
    params.fit_params = params.warmup = False
    server = xllamacpp.Server(params)
    print(f"listening {server.listening_address}", flush=True)
    sys.stdin.buffer.read()
    # The runtime's own teardown waits for open connections; nothing in here needs saving.
    os._exit(0)


if __name__ == "__main__":
    main()
