"""Cells for spreadsheets: words of others that a program must not take for a formula."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Return a cell's text; what would begin a formula is shown behind an apostrophe."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
