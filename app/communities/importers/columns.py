"""Which column is what: guessed from headers in five languages, else from what stands below."""

from collections.abc import Sequence

from app.core.foreign.rows import Row
from app.core.text import normalise

FIELDS = ("name", "first_name", "last_name", "email", "place", "pronouns", "about", "tags")
_HEADERS: dict[str, str] = {
    "name": "name|full name|display name|contact|member|your name|"
    "nama|nama lengkap|anggota|"
    "nom complet|nom et prenom|prenom et nom|membre|"
    "имя и фамилия|фио|полное имя|участник|фамилия имя|фамилия имя отчество|"
    "姓名|全名|名称|昵称|成员",
    "first_name": "first name|firstname|given name|forename|"
    "nama depan|prenom|имя|имя отчество|名|名字",
    "last_name": "last name|lastname|surname|family name|"
    "nama belakang|nom|nom de famille|фамилия|姓|姓氏",
    "email": "email|e mail|mail|email address|e mail address|e mail 1 value|"
    "surel|alamat email|alamat surel|"
    "courriel|adresse e mail|adresse email|adresse courriel|adresse electronique|"
    "почта|эл почта|электронная почта|адрес электронной почты|имеил|"
    "邮箱|电子邮箱|电子邮件|邮件|邮件地址|电邮",
    "place": "place|city|town|location|country|kota|lokasi|negara|tempat|"
    "ville|lieu|pays|localite|город|место|страна|城市|地点|所在地|国家",
    "pronouns": "pronouns|pronoun|kata ganti|pronoms|местоимения|代词|人称代词",
    "about": "about|bio|description|tentang|a propos|presentation|о себе|описание|简介|关于|介绍",
    "tags": "tags|tag|labels|label|groups|group|tag|grup|etiquettes|etiquette|groupe|groupes|"
    "теги|тег|метки|группа|группы|标签|分组|群组",
}
_KNOWN = {normalise(word): field for field, words in _HEADERS.items() for word in words.split("|")}


def guess_columns(rows: Sequence[Row]) -> tuple[list[str], bool]:
    """Return what each column holds ("" for what we do not take), and whether a header is there."""
    if not rows:
        return [], False
    width = max(len(row.cells) for row in rows[:50])
    named = [_KNOWN.get(normalise(cell), "") for cell in rows[0].cells]
    named += [""] * (width - len(named))
    if any(named) and not any("@" in cell for cell in rows[0].cells):
        return _each_once(_with_address(named, rows[1:])), True
    return _by_content(rows, width), _is_header(rows)


def _is_header(rows: Sequence[Row]) -> bool:
    """A first line without an address over lines that have one is a header in words unknown."""
    has_address = [any("@" in cell for cell in row.cells) for row in rows[:10]]
    return not has_address[0] and any(has_address[1:])


def _by_content(rows: Sequence[Row], width: int) -> list[str]:
    columns = _with_address([""] * width, rows)
    if "email" in columns:
        free = [number for number, field in enumerate(columns) if not field]
        if free:
            columns[free[0]] = "name"
    return columns


def _with_address(columns: list[str], rows: Sequence[Row]) -> list[str]:
    """Find the column of addresses by its @ signs where no header told."""
    if "email" in columns or not columns:
        return columns
    signs = [
        sum("@" in row.cells[number] for row in rows[:50] if number < len(row.cells))
        for number in range(len(columns))
    ]
    best = max(range(len(columns)), key=signs.__getitem__)
    return [
        "email" if number == best and signs[best] else field for number, field in enumerate(columns)
    ]


def _each_once(columns: list[str]) -> list[str]:
    """Keep the first column of each field, but every column of tags."""
    seen: set[str] = set()
    kept = []
    for field in columns:
        kept.append("" if field in seen else field)
        seen |= {field} - {"tags", ""}
    # one column of names under "Имя" or "First name" is the whole name
    is_whole = "first_name" in seen and not seen & {"last_name", "name"}
    return ["name" if is_whole and one == "first_name" else one for one in kept]
