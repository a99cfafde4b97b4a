"""Members' words: Markdown in, harmless HTML out."""

import nh3
from markdown_it import MarkdownIt

# Where pictures may come from: our own uploads. Any other address would tell its owner who reads.
UPLOADS = "/files/"
LONGEST = 50_000

_TAGS = {"p", "br", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr"}
_TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "img", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}

_reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)


def render(text: str) -> str:
    """Return the HTML of a text; what is past 50,000 characters is left out.

    Headings begin at the third rank, below the page's own; links say `nofollow noopener`.
    """
    html = nh3.clean(
        _reader.render(text[:LONGEST].replace("\0", "")),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_only_uploads,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )
    return _lowered(html)


def plain(text: str) -> str:
    """Return the words of a text without marks: for mails, previews and search."""
    spaced = render(text).replace("<br>", " ").replace("</p>", "</p> ").replace("</li>", "</li> ")
    bare = nh3.clean(spaced, tags=set())
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        bare = bare.replace(entity, character)
    return " ".join(bare.split())


def _only_uploads(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not value.startswith(UPLOADS):
        return None
    return value


def _lowered(html: str) -> str:
    """Push the two highest headings down to the third rank."""
    for rank in ("h1", "h2"):
        html = html.replace(f"<{rank}>", "<h3>").replace(f"</{rank}>", "</h3>")
    return html
