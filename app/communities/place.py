"""Where someone lives, told no finer than a city."""

import re

# Words that only addresses have, in the languages of the house; "St." and "Road" are in city names.
_STREET = re.compile(
    r"\b(street|avenue|boulevard|apartment|apt|flat|floor|rue|impasse|appartement|calle|"
    r"stra(?:ß|ss)e|jalan|jln|jl|gang|rt|rw|kav|"
    r"ул|улица|пр-т|проспект|переулок|пер|шоссе|дом|кв|квартира|подъезд)\b"
    r"|\w(?:straße|strasse)\b|[号號弄巷街栋楼室]",
    re.IGNORECASE,
)


def is_finer_than_a_city(place: str) -> bool:
    """Tell whether a place looks like an address: it has digits, or a word of streets."""
    return any(character.isnumeric() and not _is_word(character) for character in place) or bool(
        _STREET.search(place)
    )


def _is_word(character: str) -> bool:
    """Chinese number words are letters too: 三亚 is a city."""
    return character.isalpha()
