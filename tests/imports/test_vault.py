"""Secrets at rest, and one runner at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ruleloom.runtime.syncing.vault import KEY_VARIABLE, Vault, VaultError
from ruleloom.storage.database import Database
from ruleloom.storage.leases import lease


def test_what_is_sealed_opens_with_the_same_key_only(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "a").seal({"password": "geheim-密码"})
    assert sealed is not None
    assert "geheim" not in sealed
    assert Vault(tmp_path / "a").open(sealed) == {"password": "geheim-密码"}
    with pytest.raises(VaultError):
        Vault(tmp_path / "b").open(sealed)
    assert Vault(tmp_path / "a").open(Vault(tmp_path / "a").seal({})) == {}


def test_a_key_can_be_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv(KEY_VARIABLE, old)
    sealed = Vault(tmp_path).seal({"a": "b"})
    monkeypatch.setenv(KEY_VARIABLE, f"{new}, {old}")
    assert Vault(tmp_path).open(sealed) == {"a": "b"}
    monkeypatch.setenv(KEY_VARIABLE, "nonsense")
    with pytest.raises(VaultError):
        Vault(tmp_path)


def test_a_lease_has_one_holder(migrated_database: str, tmp_path: Path) -> None:
    one, other = Database(migrated_database), Database(migrated_database)
    try:
        with lease(one, "work", tmp_path) as first, lease(other, "work", tmp_path) as second:
            assert (first, second) == (True, False)
            with lease(other, "other work", tmp_path) as third:
                assert third
        with lease(other, "work", tmp_path) as after:
            assert after
    finally:
        one.close()
        other.close()
