"""Definitions: draft, publish, versions, rollback, stale authors."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from ruleloom.storage import counter, workspace_settings
from ruleloom.storage.database import Database
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.schema.definitions import (
    DefinitionGone,
    DefinitionKeyTaken,
    Definitions,
    DefinitionStale,
    Drawn,
    content_hash,
)

VIEW = Drawn("view", "open_orders", "Open orders", {"columns": [{"field": "x"}]}, {"zh": "未完成"}, "order")


def stamp(at: int = 5) -> Stamp:
    return Stamp(at, 1)


@pytest.fixture
def definitions(connection: Connection) -> Definitions:
    return Definitions(connection)


def test_a_draft_is_published_as_a_version(definitions: Definitions) -> None:
    drawn = definitions.create(1, VIEW, stamp())
    assert (drawn.status, drawn.content, drawn.draft, drawn.revision) == ("draft", None, VIEW.content, 1)
    published = definitions.publish(1, stamp(6))
    assert (published.status, published.content, published.draft) == ("published", VIEW.content, None)
    assert published.published_version == 1
    (version,) = definitions.versions(1)
    assert (version.author, version.at, version.hash) == (1, 6, content_hash(VIEW.content))


def test_publishing_the_same_again_makes_no_version(definitions: Definitions) -> None:
    definitions.create(1, VIEW, stamp())
    definitions.publish(1, stamp())
    definitions.save_draft(1, VIEW.content, stamp())
    assert definitions.publish(1, stamp()).published_version == 1
    definitions.save_draft(1, {"columns": []}, stamp())
    assert definitions.publish(1, stamp()).published_version == 2


def test_rolling_back_publishes_the_old_content_anew(definitions: Definitions) -> None:
    definitions.create(1, VIEW, stamp())
    definitions.publish(1, stamp())
    definitions.save_draft(1, {"columns": []}, stamp(), name="Empty")
    definitions.publish(1, stamp())
    restored = definitions.restore(1, 1, stamp())
    assert (restored.draft, restored.content) == (VIEW.content, {"columns": []})
    again = definitions.publish(1, stamp())
    assert (again.published_version, again.content, again.name) == (3, VIEW.content, "Open orders")


def test_a_stale_author_changes_nothing(definitions: Definitions) -> None:
    definitions.create(1, VIEW, stamp())
    definitions.save_draft(1, {"columns": []}, stamp(), revision=1)
    with pytest.raises(DefinitionStale):
        definitions.save_draft(1, {"columns": [{"field": "y"}]}, stamp(), revision=1)
    assert definitions.get(1).draft == {"columns": []}


def test_a_key_is_taken_once_per_kind_until_deleted(definitions: Definitions) -> None:
    definitions.create(1, VIEW, stamp())
    with pytest.raises(DefinitionKeyTaken):
        definitions.create(2, VIEW, stamp())
    definitions.delete(1, stamp())
    with pytest.raises(DefinitionGone):
        definitions.get(1)
    assert definitions.create(2, VIEW, stamp()).id == 2
    assert definitions.find("view", "open_orders") is not None
    assert definitions.find("form", "open_orders") is None


def test_lists_are_by_kind_and_entity(definitions: Definitions) -> None:
    definitions.create(1, VIEW, stamp())
    definitions.create(2, Drawn("view", "b", "B", {}, entity="line"), stamp())
    definitions.publish(2, stamp())
    assert [d.id for d in definitions.all("view")] == [1, 2]
    assert [d.id for d in definitions.all("view", "order")] == [1]
    assert [d.id for d in definitions.all("view", published=True)] == [2]
    assert definitions.pause(2, stamp(), paused=True).status == "paused"


def test_the_rule_set_version_and_the_change_counter_go_up(workspace: Database) -> None:
    with workspace.write() as connection:
        assert workspace_settings.rule_set_version(connection) == 0
        assert workspace_settings.raise_rule_set_version(connection) == 1
        assert counter.current(connection) == 0
        counter.bump(connection)
    with workspace.write() as connection:
        counter.bump(connection)
    with workspace.read() as connection:
        assert workspace_settings.rule_set_version(connection) == 1
        assert counter.current(connection) == 2
