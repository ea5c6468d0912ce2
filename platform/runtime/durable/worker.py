"""Hop 10: effects that leave the workspace, performed durably after the commit, each with its id as idempotency key.

The table of effects is the outbox: after a commit the worker is nudged, and a sweep at the start and every few seconds
hands over what is not yet handed over, with the effect's id as the workflow's id. So a kill at any point neither loses
an effect nor does it twice: a step that was cut off runs again with the same key. Imports and syncs go the
same way in a queue of their own (`long_runs.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID

from ruleloom.runtime.durable import long_runs, presence
from ruleloom.runtime.durable.performing import Performer, TryAgain, perform
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.durable import SCHEMA, durable_engine
from ruleloom.storage.leases import lease
from ruleloom.storage.logs import firing_log

log = structlog.get_logger()
SWEEP_SECONDS, POLL_SECONDS = 3.0, 0.1
THREADS, BATCH, SLOTS = 4, 200, 64
ATTEMPTS = 8
"""Tries of an effect that can be tried again, after 1, 2, 4 … seconds."""
_VERSION = "1"
"""Pinned, so that a new build goes on with the work of the old one. Raise it only when a workflow's steps change."""
_QUEUE, _LONG = "effects", "long-runs"
LONG_THREADS = 2
"""Imports and syncs that one process runs at the same time."""
_running: list[Worker] = []


@DBOS.step(
    name="perform",
    retries_allowed=True,
    interval_seconds=1.0,
    max_attempts=ATTEMPTS,
    backoff_rate=2.0,
    should_retry=lambda error: isinstance(error, TryAgain),
)
def _perform(effect: str) -> None:
    worker = _running[-1]
    perform(worker.workspace, worker.performers, int(effect))


@DBOS.step(name="give-up")
def _give_up(effect: str, reason: str) -> None:
    worker = _running[-1]
    with worker.workspace.database.write() as connection:
        now = worker.workspace.now(connection)
        firing_log.change_effect(connection, int(effect), status="dead", error={"reason": reason[:500]}, updated_at=now)


@DBOS.workflow(name="effect")
def _effect(effect: str) -> None:
    try:
        _perform(effect)
    except Exception as error:  # noqa: BLE001 - whatever it was, the effect says so
        _give_up(effect, str(error) or type(error).__name__)


@DBOS.step(name="carry-on")
def _carry_on(kind: str, number: str) -> None:
    long_runs.CARRY_ON[kind](_running[-1].workspace, int(number))


@DBOS.workflow(name="long-run")
def _long_run(kind: str, number: str) -> None:
    _carry_on(kind, number)


class Worker:
    """The durable worker of one process. `performers`: by kind of action, what performs it outside."""

    def __init__(self, workspace: Workspace, performers: Mapping[str, Performer] | None = None) -> None:
        self.workspace = workspace
        self.performers = dict(performers or {})
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._sweep, name="outbox", daemon=True)
        self._held = ExitStack()
        self._slot = 0

    def start(self) -> None:
        """Takes a free slot (and with it the work of whoever held it and died), and begins."""
        self._slot = self._take_slot()
        self._engine = durable_engine(self.workspace.database)
        config: DBOSConfig = {
            "name": "ruleloom",
            "system_database_engine": self._engine,
            "dbos_system_schema": SCHEMA,
            "executor_id": _executor(self._slot),
            "application_version": _VERSION,
            "log_level": "ERROR",
            "max_executor_threads": THREADS + LONG_THREADS,
            "use_listen_notify": False,
        }
        if not self.workspace.database.is_sqlite:
            config["system_database_url"] = self.workspace.database.url.render_as_string(hide_password=False)
        _running.append(self)
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(_QUEUE, worker_concurrency=THREADS, polling_interval_sec=POLL_SECONDS)
        DBOS.register_queue(_LONG, worker_concurrency=LONG_THREADS, polling_interval_sec=POLL_SECONDS)
        presence.took(self.workspace, presence.worker_name(self._slot))
        self._requeue()
        self.workspace.hand_over = self._hand_over_run
        self.workspace.committed.append(self._written)
        self._thread.start()

    def stop(self) -> None:
        """Ends; what was not finished goes on with the next start."""
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout=10)
        DBOS.destroy()
        _running.remove(self)
        self._engine.dispose()
        self._held.close()

    def nudge(self) -> None:
        """There may be something to do."""
        self._woken.set()

    def _written(self, uow: UnitOfWork) -> None:
        if uow.desk.leaves:
            self.nudge()

    # ---- the outbox

    def _requeue(self) -> None:
        """What was handed over before this start is handed over again: the workflow's id makes that harmless."""
        last = 0
        while handed := self._hand_over(("queued", "running"), after=last):
            last = handed[-1]

    def _sweep(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                while len(self._hand_over(("pending",))) == BATCH:
                    pass
                for run in long_runs.left_alone(self.workspace):
                    self._hand_over_run(*run)
                self._take_over()
            except Exception as error:
                log.error("outbox failed", exc_info=error)
            self._woken.wait(SWEEP_SECONDS)

    def _hand_over(self, statuses: tuple[str, ...], after: int = 0) -> list[int]:
        with self.workspace.database.read() as connection:
            now = self.workspace.now(connection)
            waiting = firing_log.waiting_effects(connection, statuses, now, BATCH, after)
        for effect, round_ in waiting:
            with SetWorkflowID(f"effect-{effect}-{round_}"):
                DBOS.enqueue_workflow(_QUEUE, _effect, str(effect))
            if statuses == ("pending",):
                self._mark_queued(effect)
        return [effect for effect, _ in waiting]

    def _mark_queued(self, effect: int) -> None:
        with self.workspace.database.write() as connection:
            firing_log.queued(connection, effect, self.workspace.now(connection))

    def _hand_over_run(self, kind: str, number: int, far: int) -> None:
        """How far it is names the try: one that was cut off is recovered, one that another process ended is not."""
        with SetWorkflowID(f"{kind}-{number}-{far}"):
            DBOS.enqueue_workflow(_LONG, _long_run, kind, str(number))

    # ---- slots

    def _take_slot(self) -> int:
        for slot in range(SLOTS):
            if self._held.enter_context(self._lease(slot)):
                return slot
        raise RuntimeError(f"more than {SLOTS} workers on one database")

    def _take_over(self) -> None:
        """On PostgreSQL: the unfinished work of processes that died without a successor in their slot."""
        if self.workspace.database.is_sqlite:
            return
        for slot in range(min(SLOTS, 16)):
            if slot != self._slot:
                with self._lease(slot) as free:
                    if free:
                        DBOS._recover_pending_workflows([_executor(slot)])

    def _lease(self, slot: int) -> Any:
        return lease(self.workspace.database, presence.worker_name(slot), self.workspace.folder)


def _executor(slot: int) -> str:
    return f"slot-{slot}"
