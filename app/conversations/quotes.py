"""What someone newly wrote in a mail: without what it quotes, and without its signature."""

import re
from html.parser import HTMLParser

MARK = "~~~"
"""Stands on both sides of the line above which an answer goes, in every language."""

_MARK = re.compile(rf"^\W*{MARK}\s.*\s{MARK}\W*$")
_QUOTED = re.compile(r"^\s*[>|＞]")
_SIGNATURE = re.compile(r"^--\s?$")
# Each run of signs ends before another sign: a line of thousands of them is read in one go.
_RULE = re.compile(
    r"^\s*(-{3,}(?=[^-]).*[^-]-{3,}|\*{3,}(?=[^*]).*[^*]\*{3,}|-{8,}|_{8,}|\*{8,})\s*$"
)
_HEADER = re.compile(r"^\W*[\w\u4e00-\u9fff][^:：]{0,24}\s?[:：]\s?\S")
_FROM = re.compile(r"^\W*(from|von|de|от|dari|da|van|发件人|寄件者|差出人)\s?[:：]", re.IGNORECASE)
_SENT_FROM = re.compile(
    r"^\W*(sent from|get outlook for|envoyé de|von meinem|отправлено с|dikirim dari"
    r"|发自我的|从我的)",
    re.IGNORECASE,
)
_BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table", "hr"}
_SILENT = {"blockquote", "head", "style", "script", "title"}
_QUOTE_CLASSES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "gmail_signature")
_QUOTE_IDS = ("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container")
_VOID = {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr"}
ATTRIBUTION_LINES = 3


def new_words(text: str) -> str:
    """Return what was newly written in the plain text of an answer."""
    lines = _without_end(text.replace("\r\n", "\n").split("\n"))
    return "\n".join(_without_quotes(lines)).strip()


def words_of_html(html: str) -> str:
    """Return the plain text of an HTML mail, without the parts that mail programs mark as old."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_end(lines: list[str]) -> list[str]:
    """Cut at the first line below which nothing is new."""
    for place, line in enumerate(lines):
        is_end = any(form.match(line) for form in (_MARK, _SIGNATURE, _RULE))
        if is_end or _begins_headers(lines[place : place + 6]):
            return _without_attribution(lines[:place])
    while lines and (not lines[-1].strip() or _SENT_FROM.match(lines[-1])):
        lines = lines[:-1]
    return lines


def _begins_headers(lines: list[str]) -> bool:
    """Tell the head of a forwarded or answered mail: From, then two more lines like it."""
    return bool(_FROM.match(lines[0])) and sum(bool(_HEADER.match(one)) for one in lines) >= 3


def _without_quotes(lines: list[str]) -> list[str]:
    """Take out quoted lines, and the words that announce them."""
    kept: list[str] = []
    for line in lines:
        if not _QUOTED.match(line):
            kept.append(line)
        else:
            kept = _without_attribution(kept)
    while kept and (not kept[-1].strip() or _SENT_FROM.match(kept[-1])):
        kept.pop()
    return kept


def _without_attribution(lines: list[str]) -> list[str]:
    """Take out "On Monday Ana wrote:" at the end: it may run over a few lines, one with a colon."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if not end or not lines[end - 1].rstrip().endswith((":", "：")):
        return lines
    for start in range(end - 1, max(end - 1 - ATTRIBUTION_LINES, -1), -1):
        block = " ".join(lines[start:end])
        is_alone = start == 0 or not lines[start - 1].strip()
        if is_alone and ("@" in block or re.search(r"\d{1,4}", block)):
            return lines[:start]
    return lines


class _Reader(HTMLParser):
    """Collects the words outside quotes; block elements end a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS and not self._is_silent():
            self.found.append("\n")
        if tag not in _VOID:
            self._open.append((tag, self._is_silent() or _is_old(tag, dict(attrs))))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _ in self._open}:
            return
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in _BREAKS and not self._is_silent():
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._is_silent():
            self.found.append(data.replace("\n", " "))

    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _is_old(tag: str, attributes: dict[str, str | None]) -> bool:
    classes = (attributes.get("class") or "").lower()
    name = (attributes.get("id") or "").lower()
    return (
        tag in _SILENT
        or any(one in classes for one in _QUOTE_CLASSES)
        or any(name.endswith(one) for one in _QUOTE_IDS)
    )
