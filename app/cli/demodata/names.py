"""Names of made-up people, in several scripts: (language, given names, family names)."""

NAMES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "en",
        ("Maya", "Tom", "Grace", "Leon", "Hannah", "Samuel", "Ines", "Noah", "Ruth", "Felix",
         "Chidi", "Nora", "Kofi", "Aoife", "Jonas", "Zainab", "Mateo", "Lucía", "Emre", "Sigrid",
         "Tove", "Milo", "Yusuf", "Ayşe", "Marek", "Agnieszka"),
        ("Fletcher", "Okoye", "Lindqvist", "Becker", "Hughes", "Mensah", "Costa", "Yılmaz",
         "Kowalska", "Brennan", "Adeyemi", "Schubert", "Fernández", "Novák", "Hartmann", "Walsh"),
    ),
    (
        "id",
        ("Putri", "Agus", "Dewi", "Bayu", "Siti", "Rizky", "Wayan", "Ratna", "Eko", "Indah",
         "Fajar", "Made", "Nurul", "Bambang"),
        ("Santoso", "Lestari", "Pratama", "Wulandari", "Hidayat", "Kusuma", "Siregar", "Nasution",
         "Wijaya"),
    ),
    (
        "fr",
        ("Élodie", "Mathieu", "Aïcha", "Camille", "Théo", "Océane", "Moussa", "Inès", "Rémi",
         "Zoé", "Fatoumata", "Gaël", "Solène", "Bastien"),
        ("Dubois", "Traoré", "Lefèvre", "Marchand", "Benali", "Moreau", "Diallo", "Girard",
         "Nguyễn"),
    ),
    (
        "zh_Hans",
        ("小雨", "志强", "美玲", "晓东", "雅婷", "文博", "思源", "丽华", "子涵",
         "建国", "静怡", "浩然"),
        ("李", "陈", "张", "刘", "黄", "周", "吴", "赵", "林"),
    ),
    (
        "ru",
        ("Анна", "Сергей", "Мария", "Алексей", "Ольга", "Фёдор", "Наталья", "Илья", "Ёлка",
         "Тимур", "Дарья", "Павел", "Ксения"),
        ("Иваненко", "Шевчук", "Ким", "Живаго", "Коваль", "Ермак", "Седых", "Мельник", "Цой"),
    ),
)  # fmt: skip

WHOLE = (
    ("en", "أمينة الحسيني"), ("en", "प्रिया शर्मा"), ("en", "佐藤 健太"), ("en", "김서연"),
    ("en", "Ελένη Παπαδάκη"), ("en", "דנה לוי"), ("en", "สมชาย ใจดี"), ("fr", "ليلى بن صالح"),
    ("en", "Trần Thu Hà"),
)  # fmt: skip
"""People whose names are not made of a given and a family name of the lists above."""

PLACES = (
    "Berlin", "Berlin", "Berlin", "Berlin", "Potsdam", "Bernau", "Oranienburg", "Falkensee", "柏林",
    "Берлин", "Teltow", "",
)  # fmt: skip

SHE = frozenset((
    "Maya", "Grace", "Hannah", "Ines", "Ruth", "Nora", "Aoife", "Zainab", "Lucía", "Sigrid", "Tove",
    "Ayşe", "Agnieszka", "Putri", "Dewi", "Siti", "Ratna", "Indah", "Nurul", "Élodie", "Aïcha",
    "Océane", "Inès", "Zoé", "Fatoumata", "Solène", "小雨", "美玲", "雅婷", "丽华", "静怡",
    "Анна", "Мария", "Ольга", "Наталья", "Ёлка", "Дарья", "Ксения",
))  # fmt: skip
THEY = frozenset(("Wayan", "Made", "Camille", "子涵"))
PRONOUNS = {
    "en": ("she/her", "they/them", "he/him"),
    "id": ("she/her", "they/them", "he/him"),
    "fr": ("elle", "iel", "il"),
    "zh_Hans": ("她", "TA", "他"),
    "ru": ("она", "они", "он"),
}
"""Of each language: hers, theirs, his."""
TELLS = (True, True, True, True, True, False, False, False, False)
"""How many of those who joined say theirs."""


def pronouns(name: str, language: str) -> str:
    """Return what someone of a made name says of themselves; whole names say nothing."""
    if (language, name) in WHOLE:
        return ""
    given = name[1:] if language == "zh_Hans" else name.split(maxsplit=1)[0]
    hers, theirs, his = PRONOUNS[language]
    return hers if given in SHE else theirs if given in THEY else his
