"""One trial of a Python peer: one engine, one shape, one process. As trial.mjs: a job as JSON on stdin, one line of JSON on stdout.

job: engine, dtype, directory, threads, seconds, calls, choices. A choice is one way to cut the texts into batches:
{"batches": [[ids of a text, ...], ...], "place": [batch, row] of the text whose pooled vector is handed back}.
"""
import importlib
import json
import os
import statistics
import sys
import time

from machine import peak_bytes, watch_others

WARM_UP_CALLS = 2


def padded(batch):
    """ids, attention mask and token types of one batch, padded to its longest text, as int64 [texts, tokens]."""
    import numpy as np

    shape = (len(batch), max(map(len, batch)))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, text in enumerate(batch):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask, np.zeros(shape, np.int64)


def timed(work):
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def fastest(runs):
    """Number of the choice whose second call took least."""
    if len(runs) == 1:
        return 0
    return min(range(len(runs)), key=lambda n: (runs[n](), timed(runs[n]))[1])


def trial(job):
    # Before numpy or torch start their own threads.
    os.environ["OMP_NUM_THREADS"] = str(job["threads"])
    start = time.perf_counter()
    engine = importlib.import_module(f"engine_{job['engine']}")
    forward, version = engine.load(job["directory"], job["dtype"], job["threads"])
    load_ms = 1000 * (time.perf_counter() - start)

    inputs = [[padded(batch) for batch in choice["batches"]] for choice in job["choices"]]
    runs = [lambda batches=batches: [forward(*batch) for batch in batches] for batches in inputs]
    choice = fastest(runs)
    run = runs[choice]
    for _ in range(WARM_UP_CALLS):
        answers = run()
    batch, row = job["choices"][choice]["place"]
    pooled = [float(value) for value in answers[batch][row]]
    others = watch_others()
    times, end = [], time.perf_counter() + job["seconds"]
    while len(times) < job["calls"] or time.perf_counter() < end:
        times.append(timed(run))
    return {
        "ms": statistics.median(times),
        "calls": len(times),
        "load_ms": load_ms,
        "resident_mb": round(peak_bytes() / 2**20),
        "others": others(),
        "version": version,
        "choice": choice,
        "pooled": pooled,
    }


if __name__ == "__main__":
    print(json.dumps(trial(json.load(sys.stdin))))
