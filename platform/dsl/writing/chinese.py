"""Plain Chinese for a tree, in Chinese word order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar

from ruleloom.dsl import nodes as n
from ruleloom.dsl.kinds import kind_of
from ruleloom.dsl.types import Kind
from ruleloom.dsl.writing.canonical import plain_number
from ruleloom.dsl.writing.sentences import Sentences

_TIMES = (Kind.DATE, Kind.DATETIME)
_COMPARED = {"=": "为", "!=": "不是", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不低于"}
_COMPARED_TIMES = {"=": "为", "!=": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_UNITS = {
    "minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周", "months": "个月", "years": "年",
    "working_days": "个工作日",
}  # fmt: skip
_CALENDAR = {
    ("this", "day"): "今天", ("this", "week"): "本周", ("this", "month"): "本月", ("this", "quarter"): "本季度",
    ("this", "year"): "今年", ("previous", "week"): "上周", ("previous", "month"): "上月",
    ("previous", "quarter"): "上季度", ("previous", "year"): "去年",
}  # fmt: skip
_AGGREGATES = {
    "sum": "合计", "avg": "平均值", "min": "最小值", "max": "最大值", "distinct": "不同值个数",
    "latest": "最新值", "earliest": "最早值",
}  # fmt: skip
_FUNCTIONS = {
    "abs": "绝对值", "length": "长度", "year": "年份", "month": "月份", "day": "日", "weekday": "星期", "count": "个数",
}  # fmt: skip
_BEHIND = {"floor": "向下取整", "ceil": "向上取整", "lower": "转小写", "upper": "转大写", "trim": "去空格"}
_EVENTS = {"created": "新建", "updated": "更新", "deleted": "删除"}


def _inner(text: str) -> str:
    """Quotes inside quotes are single ones, and double again inside those."""
    return text.translate({ord("“"): "‘", ord("”"): "’", ord("‘"): "“", ord("’"): "”"})


def _spaced(text: str) -> str:
    """Behind a Chinese word: a Latin letter or a digit stands apart."""
    return f" {text}" if text[:1].isascii() else text


def _when(condition: str) -> str:
    """`…时`, which a stretch of hours has at its end already."""
    if condition.endswith("时"):
        return condition
    return f"{condition} 时" if condition[-1:].isascii() else f"{condition}时"


class ChineseSentences(Sentences):
    """The Chinese writer."""

    language = "zh"

    def number(self, value: Decimal) -> str:
        """`1.5 万`, `2 亿`, where nothing is lost by it."""
        for scale, word in ((100_000_000, "亿"), (10_000, "万")):
            if abs(value) >= scale and value % (scale // 100) == 0:
                return f"{plain_number(value / scale)} {word}"
        return plain_number(value)

    def boolean(self, value: bool) -> str:
        """是 or 否."""
        return "是" if value else "否"

    def quoted(self, text: str) -> str:
        """A text in Chinese quotes."""
        return f"“{_inner(text)}”"

    # ---- values

    def path(self, node: n.Path) -> str:
        """`负责人的主管的姓名`"""
        labels = [self.field(each) for each in node.fields]
        if node.root == "me":
            labels = ["当前用户", *labels]
        elif node.root == "this" and self.rows and labels:
            labels = ["本记录", *labels]
        return "的".join(labels) or "本记录"

    def duration(self, node: n.Duration) -> str:
        """`30 天`"""
        return f"{node.amount} {_UNITS[node.unit.value]}"

    def window(self, node: n.Window) -> str:
        """`近 30 天内`"""
        if isinstance(node, n.Calendrical):
            return _CALENDAR[node.which, node.unit]
        return f"{'近' if node.side == 'last' else '未来'} {self.duration(node.duration)}内"

    def arithmetic(self, node: n.Arithmetic) -> str:
        """`信用额度 × 2`"""
        mark = {"*": "×", "/": "÷"}.get(node.operator, node.operator)
        return f"{self.operand(node.left, node)} {mark} {self.operand(node.right, node, right=True)}"

    def shift(self, node: n.Shift) -> str:
        """`今天之后 14 天`"""
        return f"{self.atom(node.base)}之{'后' if node.sign > 0 else '前'} {self.duration(node.duration)}"

    def elapsed(self, node: n.Elapsed) -> str:
        """`签约日期至今的天数`"""
        unit = "天数" if node.unit == "days" else "小时数"
        return (
            f"{self.say(node.operand)}至今的{unit}"
            if node.direction == "since"
            else f"距{self.say(node.operand)}的{unit}"
        )

    def call(self, node: n.Call) -> str:
        """A function of values."""
        arguments = list(node.arguments)
        if node.function == "if":
            otherwise = self.say(arguments[2]) if len(arguments) > 2 else "空"
            value = _spaced(self.say(arguments[1]))
            return f"（{_when(self.say(arguments[0]))}为{value}，否则为{_spaced(otherwise)}）"
        if node.function == "coalesce":
            return f"{self.listed(arguments)}中第一个不为空的"
        if node.function in ("min", "max"):
            return f"{self.listed(arguments)}中较{'小' if node.function == 'min' else '大'}的"
        if node.function == "round":
            places = f"四舍五入到 {self.say(arguments[1])} 位小数" if len(arguments) > 1 else "四舍五入取整"
            return f"{self.atom(arguments[0])}{places}"
        if node.function in _BEHIND:
            return f"{self.atom(arguments[0])}{_BEHIND[node.function]}"
        if len(arguments) == 1:
            return f"{self.atom(arguments[0])}的{_FUNCTIONS.get(node.function, node.function)}"
        return f"{self.listed(arguments)}的{_FUNCTIONS.get(node.function, node.function)}"

    def records(self, node: n.Collection) -> str:
        """`近 30 天内金额大于 100 的订单`"""
        noun = "的".join(self.steps(node))
        noun = noun if node.hops else f"全部{noun}"
        where = f"满足{self.quoted(self.of_rows(node.where))}的" if node.where else ""
        return f"{self._before(node)}{where}{noun}"

    def _before(self, node: n.Collection) -> str:
        return self.window(node.window) if node.window else ""

    def aggregate(self, node: n.Aggregate) -> str:
        """`近 90 天内订单的金额合计`"""
        if node.value is None:
            return f"{self.records(node.collection)}的数量"
        return f"{self.records(node.collection)}的{self.path(node.value)}{_AGGREGATES[node.function]}"

    # ---- conditions

    def joined(self, node: n.And | n.Or) -> str:
        """`…，且…`"""
        items = [self.grouped(item) for item in node.items]
        return "，且".join(items) if isinstance(node, n.And) else "，或".join(items)

    def negated(self, node: n.Not) -> str:
        """`并非…`"""
        if isinstance(node.item, n.IsEmpty):
            return f"{self.say(node.item.operand)}已填写"
        if isinstance(node.item, n.OneOf):
            return f"{self.say(node.item.operand)}不是{self.listed(node.item.options)}中的任何一个"
        if isinstance(node.item, n.Truth):
            return f"{self.say(node.item.operand)}为否（或为空）"
        if isinstance(node.item, n.Match):
            operand, pattern = self.say(node.item.operand), self.say(node.item.pattern)
            if node.item.operator == "contains":
                return f"{operand}不包含{pattern}"
            return f"{operand}不以{pattern}{'开头' if node.item.operator == 'starts' else '结尾'}"
        if isinstance(node.item, n.Has) and node.item.quantity == "any":
            return f"{self.say(node.item.operand)}不含{self.listed(node.item.options)}中的任何一个"
        turned = None if self.blanks else self.turned(node.item)
        if turned is not None:
            return self.say(turned) + ("（或为空）" if self.may_be_empty(turned) else "")
        return f"并非{self.quoted(self.say(node.item))}"

    def compare(self, node: n.Compare) -> str:
        """`评分不低于 3`"""
        table = _COMPARED_TIMES if kind_of(node.left) in _TIMES else _COMPARED
        right = self.say(node.right)
        left = self.say(node.left)
        left += " " if left[-1:].isascii() and left[-1:].isalnum() else ""
        text = f"{left}{table[node.operator]}{_spaced(right)}"
        if not self.blanks:
            return text
        return f"{text}（{'为空时也成立' if node.operator == '!=' else '为空时不成立'}）"

    def match(self, node: n.Match) -> str:
        """`名称包含…`"""
        operand, pattern = self.say(node.operand), self.say(node.pattern)
        if node.operator == "contains":
            return f"{operand}包含{pattern}"
        return f"{operand}以{pattern}{'开头' if node.operator == 'starts' else '结尾'}"

    def has(self, node: n.Has) -> str:
        """`标签含有…中的任意一个`"""
        if len(node.options) == 1:
            return f"{self.say(node.operand)}含有{self.say(node.options[0])}"
        if node.quantity == "all":
            return f"{self.say(node.operand)}同时含有{self.listed(node.options)}"
        return f"{self.say(node.operand)}含有{self.listed(node.options)}中的任意一个"

    def quantified(self, node: n.Quantified) -> str:
        """`近 30 天内没有订单`"""
        words = {"no": "没有", "any": "有", "at_least": "至少有", "at_most": "最多有", "exactly": "恰好有"}
        amount = "" if node.quantity in ("no", "any") else f" {node.number} 个"
        noun = "的".join(self.steps(node.collection))
        where = f"满足{self.quoted(self.of_rows(node.collection.where))}的" if node.collection.where else ""
        return f"{self._before(node.collection)}{words[node.quantity]}{amount}{where}{noun}"

    def last_all(self, node: n.LastAll) -> str:
        """`最近 2 次记录每次都满足条件`"""
        return (
            f"最近 {node.number} 次{self.records(node.collection)}每次都满足{self.quoted(self.of_rows(node.condition))}"
        )

    def changes(self, node: n.Changes) -> str:
        """`阶段从“演示”变为“报价”`"""
        path = self.path(node.path)
        if node.after is None:
            return f"{path}发生变化"
        before = f"从{self.say(node.before)}" if node.before is not None else ""
        return f"{path}{before}变为{self.say(node.after)}"

    # ---- rules

    def actions(self, actions: tuple[n.Action, ...]) -> str:
        """Several actions."""
        return "，然后".join(self.say(action) for action in actions)

    def assigned(self, assignments: tuple[n.Assignment, ...]) -> str:
        """`编号设为“X”`"""
        return "，".join(f"{self.field(each.field)}设为{self.say(each.value)}" for each in assignments)

    def task(self, node: n.AddTask) -> str:
        """A task for a person."""
        due = "" if node.due is None else f"，期限{_spaced(self.say(node.due))}"
        return f"给{self.say(node.user)}添加任务{self.template(node.text)}{due}"

    def operation(self, node: n.CallOperation) -> str:
        """A call of another system."""
        given = "，".join(f"{each.name} = {self.say(each.value)}" for each in node.arguments)
        return f"调用{self.quoted(node.operation)}" + (f"（{given}）" if given else "")

    def choose(self, node: n.Choose) -> str:
        """如果…否则…"""
        otherwise = f"；否则{self.actions(node.otherwise)}" if node.otherwise else ""
        return f"如果{self.say(node.condition)}，就{self.actions(node.then)}{otherwise}"

    def schedule(self, node: n.Schedule) -> str:
        """每周五 17:00."""
        clock = node.at.strftime("%H:%M") if node.at else ""
        if node.unit == "hours":
            return f"每 {node.hours} 小时"
        days = "、".join("周" + "一二三四五六日"[day - 1] for day in node.weekdays)
        numbers = "、".join(map(str, node.days))
        return {
            "day": f"每天 {clock}",
            "working_day": f"每个工作日 {clock}",
            "weekday": f"每{days} {clock}",
            "month": f"每月 {numbers} 日 {clock}",
        }[node.unit]

    def limit(self, node: n.Limit) -> str:
        """每 90 天最多 1 次."""
        return "每条记录仅一次" if node.duration is None else f"每 {self.duration(node.duration)}最多 {node.number} 次"

    def rule(self, node: n.Rule) -> str:
        """The whole rule."""
        entity = self.entity(node.entity)
        start = f"{self.schedule(node.schedule)}，对每个{entity}" if node.schedule else f"对每个{entity}"
        condition = f"，当{_when(self.say(node.condition))}" if node.condition else ""
        text = f"{start}{condition}：{self.actions(node.actions)}"
        text += f"（{self.limit(node.limit)}）" if node.limit else ""
        return text + (f"。结束时：{self.actions(node.ending)}。" if node.ending else "。")

    sayings: ClassVar[dict[type[n.Node], Callable[..., str]]] = {
        n.Constant: Sentences.constant,
        n.Empty: lambda s, node: "空",  # noqa: ARG005
        n.Now: lambda s, node: "现在",  # noqa: ARG005
        n.Today: lambda s, node: "今天",  # noqa: ARG005
        n.Me: lambda s, node: "当前用户",  # noqa: ARG005
        n.Path: path,
        n.Previous: lambda s, node: f"变更前的{s.path(node.path)}",
        n.Arithmetic: arithmetic,
        n.Negative: lambda s, node: f"负{s.atom(node.operand)}",
        n.Shift: shift,
        n.Elapsed: elapsed,
        n.Call: call,
        n.Aggregate: aggregate,
        n.Collection: records,
        n.Duration: duration,
        n.Rolling: window,
        n.Calendrical: window,
        n.And: joined,
        n.Or: joined,
        n.Not: negated,
        n.Truth: lambda s, node: f"{s.say(node.operand)}为是",
        n.Compare: compare,
        n.Between: lambda s, node: f"{s.say(node.operand)}介于 {s.say(node.low)} 与 {s.say(node.high)} 之间",
        n.OneOf: lambda s, node: f"{s.say(node.operand)}是{s.listed(node.options)}之一",
        n.Match: match,
        n.Has: has,
        n.IsEmpty: lambda s, node: f"{s.say(node.operand)}为空",
        n.Within: lambda s, node: f"{s.say(node.operand)}在{s.window(node.window)}",
        n.OlderThan: lambda s, node: f"{s.say(node.operand)}距今已满 {s.duration(node.duration)}",
        n.Quantified: quantified,
        n.LastAll: last_all,
        n.Held: lambda s, node: f"{s.grouped(node.condition)}并已持续 {s.duration(node.duration)}",
        n.RecordIs: lambda s, node: f"记录被{_EVENTS[node.event]}",  # noqa: ARG005
        n.Changes: changes,
        n.Trend: lambda s, node: f"{s.path(node.path)}{'上升' if node.direction == 'rises' else '下降'}",
        n.ChangesBy: lambda s, node: f"{s.path(node.path)}变动超过 {plain_number(node.fraction * 100)}%",
        n.Template: Sentences.template,
        n.Create: lambda s, node: f"新建{s.entity(node.entity)}，{s.assigned(node.assignments)}",
        n.SetFields: lambda s, node: f"把{s.assigned(node.assignments)}",
        n.Update: lambda s, node: f"把{s.records(node.collection)}的{s.assigned(node.assignments)}",
        n.Delete: lambda s, node: "删除本记录",  # noqa: ARG005
        n.Notify: lambda s, node: f"通知{s.listed(node.recipients)}{s.template(node.text)}",
        n.Assign: lambda s, node: f"把{s.field(node.field)}设为{s.say(node.user)}",
        n.StartApproval: lambda s, node: f"发起审批{s.quoted(node.name)}",
        n.CallOperation: operation,
        n.RunReport: lambda s, node: f"为{s.say(node.subject)}生成报告{s.quoted(node.name)}",
        n.AddTask: task,
        n.Block: lambda s, node: f"阻止，并提示{s.template(node.text)}",
        n.Warn: lambda s, node: f"提醒{s.template(node.text)}",
        n.Wait: lambda s, node: f"等待 {s.duration(node.duration)}",
        n.WaitUntil: lambda s, node: f"最多等待 {s.duration(node.duration)}，直到{s.say(node.condition)}",
        n.Choose: choose,
        n.Schedule: schedule,
        n.Limit: limit,
        n.Rule: rule,
    }
