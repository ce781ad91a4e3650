"""The ticker: calls `run` once at the start and then every minute, until it is told to end. I/O: clock, signals

The truth of what is due is the run ledger; the ticker only looks often. That cures missed slots, clock jumps and
a machine that slept, none of which a job store survives (docs/decisions/0004-ticker.md).
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import Event
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from newsletter.errors import Busy, NewsletterError
from newsletter.newsroom.room import Newsroom
from newsletter.pipeline import run


def stay(room: Newsroom, *, seconds: int, tell: Callable[[str], None], ended: Event | None = None) -> int:
    """Look every so many seconds until SIGTERM, SIGINT or `ended`; a run under way is finished first. Exit code 0."""
    ended = ended or Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    ticker = BackgroundScheduler(timezone=room.settings.week.zone)
    trigger = IntervalTrigger(seconds=seconds)
    ticker.add_job(lambda: look(room, tell), trigger, max_instances=1, coalesce=True, misfire_grace_time=None)
    ticker.start()
    try:
        look(room, tell)
        ended.wait()
    finally:
        ticker.shutdown(wait=True)
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def look(room: Newsroom, tell: Callable[[str], None]) -> None:
    """One run; whatever goes wrong is told and does not end the ticker."""
    try:
        with room.open_store() as store:
            for one in run(room, store):
                tell(f"{one.week} {one.stage}: {one.result}" + (f": {one.what}" if one.what else ""))
                if one.told:
                    tell(f"    {one.told}")
    except Busy:
        return
    except NewsletterError as fault:
        tell(f"run failed: {fault}")
    except Exception as fault:  # noqa: BLE001 - the ticker outlives any one run; the ledger and the alarm hold the fault
        tell(f"run failed by a fault of ours: {type(fault).__name__}: {fault}")
