"""Members' words: Markdown in, harmless HTML out."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import escape

# Where pictures may come from: our own uploads. Any other address would tell its owner who reads.
UPLOADS = "/files/"
LONGEST = 50_000
KEPT = 128  # texts that pages show again and again; reading Markdown costs a millisecond

_TAGS = {"p", "br", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr"}
_TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "img", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}


def _picture(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any
) -> str:
    """Show an uploaded picture; one from elsewhere becomes a link to it."""
    address = str(tokens[index].attrGet("src") or "")
    if address.startswith(UPLOADS):
        return renderer.image(tokens, index, options, env)
    words = escape(tokens[index].content or address)
    return f'<a href="{escape(address)}">{words}</a>'


_reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)
_reader.add_render_rule("image", _picture)


@lru_cache(maxsize=KEPT)
def render(text: str) -> str:
    """Return the HTML of a text; what is past 50,000 characters is left out.

    Headings begin at the third rank, below the page's own; links say `nofollow noopener`.
    """
    html = nh3.clean(
        _reader.render(text[:LONGEST].replace("\0", "")),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )
    return _lowered(html)


@lru_cache(maxsize=KEPT)
def plain(text: str) -> str:
    """Return the words of a text without marks: for mails, previews and search."""
    spaced = render(text).replace("<br>", " ").replace("</p>", "</p> ").replace("</li>", "</li> ")
    bare = nh3.clean(spaced, tags=set())
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        bare = bare.replace(entity, character)
    return " ".join(bare.split())


def _lowered(html: str) -> str:
    """Push the two highest headings down to the third rank."""
    for rank in ("h1", "h2"):
        html = html.replace(f"<{rank}>", "<h3>").replace(f"</{rank}>", "</h3>")
    return html
