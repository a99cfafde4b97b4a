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
        ("Иваненко", "Соколов", "Ким", "Орлова", "Гусев", "Ермак", "Белый", "Мельник", "Цой"),
    ),
)  # fmt: skip

WHOLE = (
    ("en", "أمينة الحسيني"), ("en", "प्रिया शर्मा"), ("en", "佐藤 健太"), ("en", "김서연"),
    ("en", "Ελένη Παπαδάκη"), ("en", "דנה לוי"), ("en", "สมชาย ใจดี"), ("fr", "ليلى بن صالح"),
    ("en", "Trần Thu Hà"),
)  # fmt: skip
"""People whose names are not made of a given and a family name of the lists above."""

PLACES = (
    "Berlin", "Berlin", "Berlin", "Berlin", "Potsdam", "Leipzig", "Jakarta", "Paris", "上海",
    "Алматы", "Hamburg", "",
)  # fmt: skip
PRONOUNS = ("she/her", "he/him", "they/them", "elle", "она", "", "", "", "")
