"""Worked vectors of the Kingdee signatures (computed independently, confirmed by the vendor's SDK 8.2)."""

from __future__ import annotations

from base64 import b64encode

from ruleloom.connectors.kingdee_cloud import signing

APP_ID = "204399_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"
WHO = signing.Identity("acct01", "api_user", APP_ID, "appsecret01")
PATH = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.View.common.kdsvc"


def test_the_client_secret_inside_an_app_id() -> None:
    assert signing.client_secret(APP_ID) == "cXJ2cCN1fn8qfHl/eX14aDNiajc0YTNr"
    assert signing.client_secret("204399_short") == ""
    assert signing.client_secret("no-underscore") == ""


def test_the_nine_headers() -> None:
    headers = signing.headers(PATH, WHO, "1700000000", "1700000000")
    assert headers["X-Api-Signature"] == (
        "YjZiMzkyOTNjMTdiYWMxMjg3NWFjZWFlMjgyZjgzYWM5YjU1M2IxNTA1M2FlOWQ1ZmNiNDRhNmQ5ZDEzNDM5OQ=="
    )
    assert headers["X-Kd-Signature"] == (
        "MzA5ZjA0MTU4MDEzMTlmODk1YjJkZDk2ZWZhYTFjZjczYjA0MWNmMTE5YWJkNjBkYWExM2Y0NTNlMDkzYjg2Mg=="
    )
    assert headers["X-Kd-Appdata"] == b64encode(b"acct01,api_user,2052,0").decode()
    assert len(headers) == 9


def test_login_by_sign_is_a_hex_sha256_of_the_sorted_parts() -> None:
    who = signing.Identity("acct01", "api_user", "204399_x", "appsecret01")
    assert signing.login_sign(who, "1700000000") == LOGIN_SIGN


LOGIN_SIGN = "001c20183c3a75f354b9e90f9de05b409a3a31e3ab538fa2538de9c445120a54"
