"""Jobs out of the table itself: the embedded engine's side of a worker."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from app.core.time import now
from app.jobs import claims
from app.jobs.bells import Listener
from app.jobs.run import Run

if TYPE_CHECKING:
    from app.jobs.worker import JobWorker

# What is due and could not be had, because somebody else has it locked, is looked at again.
AGAIN = timedelta(seconds=0.05)


class FromTable:
    """Claims jobs, each for a thread, which goes on with the next of its queue."""

    def __init__(self, worker: JobWorker):
        self.worker = worker
        self.listener = Listener(worker.app, worker.queues)
        self.threads: dict[threading.Thread, str] = {}
        self.due: dict[str, datetime] = {}
        self.closed = False

    def hand_out(self) -> None:
        places = self._places()
        self.due = claims.next_due(places) if places else {}
        for queue, due in self.due.items():
            if due <= now():
                self.due[queue] = now() + AGAIN
                for run in claims.claim(queue, places[queue], self.worker.id):
                    self._start(run)

    def next_due(self) -> datetime | None:
        places = self._places()
        return min((due for queue, due in self.due.items() if queue in places), default=None)

    def ears(self) -> list[int]:
        return self.listener.waits_for(self._places())

    def hear(self, rung: list[int]) -> None:
        self.listener.hear(rung, self._places())

    def close(self, seconds: float) -> None:
        self.closed = True
        self.listener.close()
        deadline = monotonic() + seconds
        for thread in list(self.threads):
            thread.join(max(0, deadline - monotonic()))

    def _places(self) -> dict[str, int]:
        """How many jobs of each queue can begin now."""
        busy = list(self.threads.values())
        free = {queue: self.worker.threads - busy.count(queue) for queue in self.worker.queues}
        return {queue: places for queue, places in free.items() if places > 0}

    def _start(self, run: Run) -> None:
        thread = threading.Thread(target=self._work, args=[run], name=run.queue, daemon=True)
        self.threads[thread] = run.queue
        try:
            thread.start()
        except RuntimeError:  # the system has no more threads: the lease runs out
            del self.threads[thread]
            raise

    def _work(self, first: Run) -> None:
        run: Run | None = first
        try:
            while run:
                self.worker.run(run)
                run = None if self.closed else self.worker.claim(first.queue)
        finally:
            del self.threads[threading.current_thread()]
            self.worker.wake()
