"""The settings form of a Kingdee connection."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, validates_schema

from ruleloom.connectors.settings import Choice, Int, Secret, Text, Url, Zone

_NEEDED = {
    "password": ("password",),
    "app_secret": ("app_id", "app_secret"),
    "signed": ("app_id", "app_secret"),
    "headers": ("app_id", "app_secret"),
}
"""Settings without which a way of signing in cannot work."""


def _asked_for(key: str) -> dict[str, tuple[str, ...]]:
    """The ways of signing in that need a setting."""
    return {"sign_in": tuple(way for way, keys in _NEEDED.items() if key in keys)}


class Options(Schema):
    """Where the server is, who signs in and how, and what the server stands."""

    base_url = Url(
        {"zh": "服务器地址", "en": "Server address"},
        required=True,
        help={
            "zh": "以 /k3cloud 结尾，例如 https://erp.example.com/k3cloud",
            "en": "Ends with /k3cloud, e.g. https://erp.example.com/k3cloud",
        },
    )
    acct_id = Text({"zh": "数据中心 ID", "en": "Data centre id"}, required=True)
    user = Text({"zh": "用户名", "en": "User name"}, required=True)
    sign_in = Choice(
        {"zh": "登录方式", "en": "How to sign in"},
        {
            "password": {"zh": "用户名与密码", "en": "User and password"},
            "app_secret": {"zh": "应用密钥", "en": "Application secret"},
            "signed": {"zh": "签名登录", "en": "Signed sign-in"},
            "headers": {"zh": "每次请求签名", "en": "Signature on every call"},
        },
        load_default="headers",
    )
    password = Secret({"zh": "密码", "en": "Password"}, load_default="", only_when=_asked_for("password"))
    app_id = Text({"zh": "应用 ID", "en": "Application id"}, load_default="", only_when=_asked_for("app_id"))
    app_secret = Secret(
        {"zh": "应用密钥", "en": "Application secret"}, load_default="", only_when=_asked_for("app_secret")
    )
    lcid = Int({"zh": "语言代码", "en": "Language code"}, low=1, high=65535, load_default=2052)
    org = Text({"zh": "组织编码", "en": "Organisation number"}, load_default="0")
    zone = Zone(
        {"zh": "服务器时区", "en": "Server's time zone"},
        load_default=lambda: ZoneInfo("Asia/Shanghai"),
        help={
            "zh": "接口返回的时间不带时区，按此时区理解",
            "en": "Times of the interface carry no zone; they are read in this one",
        },
    )
    page_rows = Int(
        {"zh": "每页行数", "en": "Rows per page"},
        low=1,
        high=10_000,
        load_default=2000,
        help={"zh": "不超过服务器允许的上限（默认 2000）", "en": "At most what the server allows (2,000 by default)"},
    )
    lookback_minutes = Int({"zh": "回看分钟数", "en": "Look-back in minutes"}, low=0, high=1440, load_default=5)
    calls_per_second = Int(
        {"zh": "每秒最多调用次数", "en": "Calls per second at most"}, low=1, high=100, load_default=5
    )

    @validates_schema
    def _credentials_are_complete(self, settings: dict[str, Any], **_: Any) -> None:
        missing = [key for key in _NEEDED.get(settings.get("sign_in", ""), ()) if not settings.get(key)]
        if missing:
            raise ValidationError({key: ["setting-required"] for key in missing})
