"""Entities that every workspace has and that apps may extend: user, team, task."""

from __future__ import annotations

from functools import cache
from typing import Any

from ruleloom.forms.entity_file import EntityDraft, read_entity
from ruleloom.forms.findings import Findings

BUILTIN: tuple[dict[str, Any], ...] = (
    {
        "name": "user",
        "label": {"en": "User", "zh": "用户"},
        "plural_label": {"en": "Users"},
        "title_field": "name",
        "fields": [
            {"name": "name", "type": "text", "label": {"en": "Name", "zh": "姓名"}},
            {"name": "email", "type": "email", "label": {"en": "Email", "zh": "邮箱"}, "unique": True},
            {
                "name": "manager",
                "type": "user",
                "label": {"en": "Manager", "zh": "主管"},
                "reverse": "direct_reports",
                "reverse_label": {"en": "direct reports", "zh": "下属"},
            },
            {
                "name": "team",
                "type": "reference",
                "to": "team",
                "label": {"en": "Team", "zh": "团队"},
                "reverse": "members",
                "reverse_label": {"en": "members", "zh": "成员"},
            },
            {"name": "active", "type": "boolean", "label": {"en": "Active", "zh": "在职"}},
        ],
    },
    {
        "name": "team",
        "label": {"en": "Team", "zh": "团队"},
        "plural_label": {"en": "Teams"},
        "title_field": "name",
        "fields": [
            {"name": "name", "type": "text", "label": {"en": "Name", "zh": "名称"}},
            {
                "name": "parent",
                "type": "reference",
                "to": "team",
                "label": {"en": "Parent team", "zh": "上级团队"},
                "reverse": "subteams",
                "reverse_label": {"en": "subteams", "zh": "下级团队"},
            },
            {"name": "region", "type": "text", "label": {"en": "Region", "zh": "区域"}},
        ],
    },
    {
        "name": "task",
        "label": {"en": "Task", "zh": "任务"},
        "plural_label": {"en": "Tasks"},
        "time_field": "due",
        "title_field": "title",
        "fields": [
            {"name": "title", "type": "text", "label": {"en": "Title", "zh": "标题"}},
            {
                "name": "assignee",
                "type": "user",
                "label": {"en": "Assignee", "zh": "执行人"},
                "reverse": "tasks",
                "reverse_label": {"en": "tasks", "zh": "任务"},
            },
            {"name": "due", "type": "datetime", "label": {"en": "Due", "zh": "期限"}},
            {"name": "done", "type": "boolean", "label": {"en": "Done", "zh": "已完成"}},
            {"name": "done_at", "type": "datetime", "label": {"en": "Done at", "zh": "完成时间"}},
            {"name": "notes", "type": "longtext", "label": {"en": "Notes", "zh": "备注"}},
            {"name": "about_entity", "type": "text", "label": {"en": "About (entity)", "zh": "相关对象"}},
            {"name": "about_record", "type": "text", "label": {"en": "About (record)", "zh": "相关记录"}},
        ],
    },
)


@cache
def builtin_drafts() -> tuple[EntityDraft, ...]:
    """The drafts of the built-in entities; an error in them is ours and raised at the first use."""
    findings = Findings()
    drafts = [read_entity(content, content["name"], findings) for content in BUILTIN]
    findings.raise_if_any()
    return tuple(draft for draft in drafts if draft is not None)
