"""Kingdee Cloud Galaxy 金蝶云星空 (K/3 Cloud WebAPI)."""

from __future__ import annotations

from ruleloom.connectors.kingdee_cloud.connector import KingdeeCloud

CONNECTOR = KingdeeCloud

__all__ = ["CONNECTOR", "KingdeeCloud"]
