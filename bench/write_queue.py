"""How long writers wait for their turn: SQLite's own busy timeout against the queue before it.

    python bench/write_queue.py [--seconds 3] [--rounds 3] [--processes 2] [--threads 8]

Every thread increments one number as fast as it can, so all of them always want to write. The
two ways alternate; the table has the medians of the rounds, in milliseconds. `--hold 3` keeps each
transaction open for 3 ms, as a slower request would.
"""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, create_engine, text

sys.path.insert(0, str(Path(__file__).parent.parent))

from carafe.database import sqlite
from carafe.database.sqlite_file import creating
from carafe.database.write_queue import WriteQueue


class NoQueue(WriteQueue):
    def begin(self, connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


VARIANTS = {"stock busy timeout": NoQueue, "queue": WriteQueue}
COLUMNS = ["writes/s", "p50", "p99", "max", "least/most by process", "one writer, µs"]


def engine_for(path: str, variant: str) -> Engine:
    options = sqlite.sqlite_options()
    engine = create_engine(f"sqlite:///{path}", pool_size=50, **options)
    with patch.object(sqlite, "WriteQueue", VARIANTS[variant]):
        sqlite.configure_sqlite(engine)
    return engine


def write(engine: Engine, hold: float, until: float) -> list[float]:
    """Increment until then; returns how long each took, from before BEGIN to after COMMIT."""
    took = []
    while time.monotonic() < until:
        start = time.perf_counter()
        with engine.begin() as connection:
            n = connection.scalar(text("SELECT n FROM counter"))
            if hold:
                time.sleep(hold)
            connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})
        took.append(time.perf_counter() - start)
    return took


def process(path: str, variant: str, args: Any, ready: Any, results: Any) -> None:
    engine = engine_for(path, variant)
    with ThreadPoolExecutor(args.threads) as pool:
        ready.wait()
        until = time.monotonic() + args.seconds
        jobs = [pool.submit(write, engine, args.hold / 1000, until) for _ in range(args.threads)]
    results.put([seconds for job in jobs for seconds in job.result()])


def measure(variant: str, args: Any) -> list[float]:
    context = get_context("spawn")
    with TemporaryDirectory() as folder:
        path = f"{folder}/bench.db"
        engine = engine_for(path, variant)
        with creating(engine), engine.begin() as connection:
            connection.execute(text("CREATE TABLE counter (n INTEGER)"))
            connection.execute(text("INSERT INTO counter VALUES (0)"))
        alone = write(engine, 0, time.monotonic() + 0.5)

        ready, results = context.Barrier(args.processes), context.Queue()
        processes = [
            context.Process(target=process, args=(path, variant, args, ready, results))
            for _ in range(args.processes)
        ]
        for child in processes:
            child.start()
        by_process = [results.get() for _ in processes]
        for child in processes:
            child.join()

        took = sorted(seconds for times in by_process for seconds in times)
        with engine.connect() as connection:
            total = connection.scalar(text("SELECT n FROM counter"))
        engine.dispose()
    if total != len(took) + len(alone):
        raise SystemExit(f"{variant}: {len(took) + len(alone)} acknowledged, {total} counted")
    counts = [len(times) for times in by_process]
    waits = [took[len(took) // 2], took[len(took) * 99 // 100], took[-1]]
    return [
        len(took) / args.seconds,
        *(seconds * 1000 for seconds in waits),
        min(counts) / max(counts),
        median(alone) * 1_000_000,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--hold", type=float, default=0, metavar="MILLISECONDS")
    args = parser.parse_args()

    rounds = [{name: measure(name, args) for name in VARIANTS} for _ in range(args.rounds)]
    print("| variant |", " | ".join(COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name in VARIANTS:
        medians = [median(figures) for figures in zip(*(r[name] for r in rounds), strict=True)]
        print("|", name, "|", " | ".join(f"{figure:,.4g}" for figure in medians), "|")


if __name__ == "__main__":
    main()
