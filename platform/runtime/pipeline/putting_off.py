"""Large fan-out: a write that concerns very many records is answered at once, and evaluated durably in chunks.

What is put off is settled before anything else is written or any later instant is reached, so its records are judged
on the state as of their write: first all of them, chunk by chunk, then what their firings do, in one order. So result
and instants equal those of an evaluation at once. Only rules that block are judged with the write itself. A write whose
firings set off others until very many records are concerned is answered too, and the rest carried out in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ruleloom.dsl.types import RecordId
from ruleloom.engine.ruleset import Followed, RuleBook
from ruleloom.runtime.pipeline.carrying import Carrying
from ruleloom.runtime.pipeline.noticing import Noticed, Noticing
from ruleloom.runtime.pipeline.ports import Backlog, Cause, Desk, Outcome, PutOff, Run

if TYPE_CHECKING:
    from ruleloom.runtime.pipeline.driver import Writing

JUDGED, CARRIED = 1000, 200
"""Records that are judged, and firings that are carried out, in one transaction."""


class PuttingOff:
    """The backlog of one desk."""

    def __init__(self, desk: Desk, book: RuleBook, noticing: Noticing, writing: Writing, backlog: Backlog) -> None:
        self._desk, self._book, self._noticing, self._writing = desk, book, noticing, writing
        self._backlog = backlog

    def begin(self, noticed: Noticed, at: int, cause: Cause, outcome: Outcome) -> None:
        """Keeps what a write still has to be judged for; its own firings are recorded and wait for their turn."""
        put_off = self._backlog.add(at, cause, noticed.later)
        outcome.queued = sum(len(each.records) for each in noticed.later.values())
        self._carrying(put_off, outcome, first=True).enter(noticed)

    def go_on_later(self, runs: Sequence[Run], at: int, cause: Cause, outcome: Outcome) -> None:
        """Keeps what is left of a queue that has become very long: it is carried out in the same order."""
        put_off = self._backlog.add(at, cause, {})
        outcome.queued += len({run.firing.record for run in runs})
        for run in runs:
            self._backlog.queue(put_off, run, None)

    def step(self) -> bool:
        """One chunk of the earliest; False when nothing is put off."""
        put_off = self._backlog.first()
        if put_off is None:
            return False
        records = self._backlog.records(put_off, JUDGED)
        if records:
            for entity, found in records.items():
                self._judge(put_off, entity, found)
        elif runs := self._backlog.take(put_off, CARRIED):
            self._carry_out(put_off, runs)
        else:
            self._backlog.close(put_off)
        return True

    def _judge(self, put_off: PutOff, entity: str, records: Sequence[RecordId]) -> None:
        if self._desk.locks:
            self._desk.lock(entity, records)
        noticed = Noticed()
        for rule_id in put_off.rules.get(entity, ()):
            rule = self._book.followed(rule_id)
            if rule is not None:
                self._ask(rule, records, put_off, noticed)
        self._carrying(put_off, Outcome(), first=True).enter(noticed)
        self._backlog.judged(put_off, records)

    def _ask(self, rule: Followed, records: Sequence[RecordId], put_off: PutOff, noticed: Noticed) -> None:
        """Judges a rule on a chunk; what has a deadline that is due is none of the write's, the clock settles it."""
        found = self._desk.memories(rule.entity, records, [rule.id])
        known = {record: memory for (_, record), memory in found.items()}
        due = {r for r, memory in known.items() if memory.deadline is not None and memory.deadline <= put_off.at}
        asked = [record for record in records if record not in due and (not rule.watched or record in known)]
        snapshots = dict(self._desk.snapshots(rule.entity, asked))
        known = {record: memory for record, memory in known.items() if record in snapshots}
        self._noticing.judge(rule, snapshots, known, put_off.at, put_off.cause, noticed)

    def _carry_out(self, put_off: PutOff, runs: Sequence[Run]) -> None:
        self._carrying(put_off, Outcome()).carry(put_off.at, runs)

    def _carrying(self, put_off: PutOff, outcome: Outcome, *, first: bool = False) -> Carrying:
        def later(run: Run, woken: bool) -> None:
            self._backlog.queue(put_off, run, int(woken) if first else None)

        return Carrying(self._desk, self._book, self._noticing, self._writing, outcome, later)
