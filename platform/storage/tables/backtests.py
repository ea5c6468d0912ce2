"""System tables of backtests: each run with its result, and the hits that are kept of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from ruleloom.storage.schema.columns import SYSTEM, BigId, JsonText, PlainText

backtests = Table(
    "backtests",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("rule", BigInteger, nullable=False, comment="definition"),
    Column("status", PlainText, nullable=False, comment="waiting, running, stopping, stopped, done, failed"),
    Column("request", JsonText, nullable=False, comment="what is played: the texts, the period, which history"),
    Column("progress", JsonText, nullable=False, comment="{done, total}: events"),
    Column("result", JsonText),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
    Index("i_backtests_rule", "rule", "id"),
)

backtest_hits = Table(
    "backtest_hits",
    SYSTEM,
    Column("run", BigInteger, ForeignKey("backtests.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("group", PlainText, nullable=False, comment="a, b, both, shifted"),
    Column("record", BigInteger, nullable=False),
    Column("content", JsonText, nullable=False, comment="{a, b}: instant, edge, reason and effects on either side"),
)
