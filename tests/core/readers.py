"""Readers of mail for tests, what they are told, and the templates their mails are written from."""

from dataclasses import dataclass

from jinja2 import DictLoader

from app.core.notices import register_kind

register_kind("test.news", title="News of tests")

HTML = "<p>{{ reader_name }}: {{ title }} {{ words }} {{ unsubscribe_url }}</p>"
TEXT = "{{ reader_name }}|{{ title }}|{{ words }}|{{ moment|when }}|{{ link_to('home.index') }}"
TEMPLATES = DictLoader(
    {
        "mail/test/letter.html": "<html><head><style>p { color: red }</style></head><body>"
        + HTML
        + "</body></html>",
        "mail/test/letter.txt": TEXT,
    }
)


@dataclass(frozen=True)
class Reader:
    """Somebody a mail can be for."""

    name: str = "Ada Lovelace"
    address: str = "ada@example.org"
    language: str = "en"
    zone: str = "Asia/Jakarta"
    person_id: int | None = None
    contact_id: int | None = None
