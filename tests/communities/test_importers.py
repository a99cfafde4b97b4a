"""Foreign lists: every file Excel writes, and files that mean harm."""

import tracemalloc
import unicodedata

import pytest

from app.communities.importers import (
    ENCODINGS,
    FileRefused,
    Reject,
    Row,
    decode,
    guess_columns,
    read_people,
    read_table,
)
from app.communities.place import is_finer_than_a_city
from app.communities.service.imports import Options, look_at
from app.core.foreign.rows import MOST_ROWS, read_pasted

RUSSIAN = "Имя;Фамилия;Почта;Город\r\nЁлка;Петрова;elka@example.org;Санкт-Петербург\r\n"
CHINESE = "姓名\t邮箱\t城市\r\n王小明\twang@example.org\t上海\r\n李娜\tli@example.org\t北京\r\n"
FRENCH = "Prénom,Nom,Courriel,Ville\r\nÉlodie,Marchand,elodie@example.org,Orléans\r\n"
INDONESIAN = "Nama lengkap;Alamat surel;Kota\r\nPutri Wulandari;putri@example.org;Bandung\r\n"
CAPITALS = "ФИО;Почта\r\nИВАНОВ;ivan@example.org\r\nПЕТРОВА;petra@example.org\r\n"


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "utf-8-sig", "utf-8"),
        (RUSSIAN, "utf-16", "utf-16"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (CAPITALS, "cp1251", "windows-1251"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "gb18030", "gb18030"),
        (FRENCH, "cp1252", "windows-1252"),
        (FRENCH, "utf-8", "utf-8"),
        (INDONESIAN, "ascii", "utf-8"),
    ],
)
def test_the_bytes_tell_their_encoding(text: str, written: str, read: str) -> None:
    assert decode(text.encode(written)) == (text, read)


def test_utf_16_is_read_in_either_byte_order() -> None:
    data = b"\xfe\xff" + CHINESE.encode("utf-16-be")
    assert decode(data) == (CHINESE, "utf-16")


def test_an_encoding_can_be_corrected() -> None:
    data = "Bjørn".encode("cp1252")
    assert decode(data, "windows-1251") == ("Bjшrn", "windows-1251")
    assert decode(data, "klingon") == ("Bjørn", "windows-1252")
    with pytest.raises(FileRefused) as refusal:
        decode(data, "utf-8")
    assert refusal.value.values == {"encoding": "UTF-8"}


NAMES = {
    "utf-16": ("el", "Νίκος, 王小明, Łukasz"),
    "windows-1250": ("pl", "Łukasz Wiśniewski, Žofie Dvořáková, Győző Kovács"),
    "windows-1251": ("ru", "Ёлка Петрова, Сергій Їжакевич"),
    "windows-1252": ("fr", "Élodie Marchand, Jürgen Groß, Søren Ærø"),
    "windows-1253": ("el-GR", "Νίκος Παπαδόπουλος, Άννα Ελένη"),
    "windows-1254": ("tr", "Şule Yıldız, Gökçe Işık Ağaoğlu, İpek"),
    "windows-1255": ("he", "דוד כהן, שרה לוי"),
    "windows-1256": ("ar-EG", "محمد أحمد, فاطمة علي"),
    "windows-1257": ("lv", "Jānis Bērziņš, Žydrūnas, Õnne Pärn"),
    "windows-1258": ("vi", "Nguyễn Thị Hường, Đặng Văn Lâm"),
    "cp874": ("th", "สมชาย ใจดี, มาลี"),
    "cp932": ("ja", "田中太郎, すずき あおい"),
    "cp949": ("ko", "김철수, 이영희, 박서준"),
    "cp950": ("zh-TW", "王小明, 陳美玲, 張國榮"),
    "gb18030": ("zh-CN", "王小明, 李娜, 欧阳修"),
    "mac-roman": ("", "François Lefèvre, Hélène Çelik"),
    "cp437": ("", "José Muñoz, Élodie Müller"),
    "cp850": ("", "Søren Ærø, João Simões"),
    "cp852": ("", "Łukasz Dvořák, Žofie"),
    "cp866": ("", "Ёлка Петрова, Пётр Ильич"),
    "koi8-r": ("", "Ёлка Петрова, Пётр Ильич"),
}
"""Names of an encoding's languages, and the language that hints at it where one does."""


def written_in(encoding: str, text: str) -> bytes:
    """Return a text as a program writes it."""
    if encoding != "windows-1258":
        return text.encode(encoding)
    # a vowel with its sign, and behind it the tone
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    out = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        vowel = "".join(part for part in parts if part not in tones)
        out += unicodedata.normalize("NFC", vowel)
        out += "".join(part for part in parts if part in tones)
    return out.encode(encoding)


def test_there_are_names_for_every_encoding() -> None:
    assert set(NAMES) | {"utf-8"} == set(ENCODINGS)


@pytest.mark.parametrize("encoding", list(NAMES))
def test_names_in_any_encoding_are_read_as_chosen_or_hinted_at(encoding: str) -> None:
    language, names = NAMES[encoding]
    text = f'name,email\r\n"{names}",a@example.org\r\n'
    data = written_in(encoding, text)
    assert decode(data, encoding) == (text, encoding)
    if language:
        assert decode(data, languages=[language, "en"]) == (text, encoding)
    look = look_at(data, Options())  # whoever says nothing sees something, and can choose then
    assert [person.email for person in look.reading.people] == ["a@example.org"]


@pytest.mark.parametrize("encoding", list(NAMES))
def test_a_wrong_choice_is_read_or_refused_in_words(encoding: str) -> None:
    data = written_in(encoding, f'name,email\r\n"{NAMES[encoding][1]}",a@example.org\r\n')
    for wrong in ENCODINGS:
        try:
            look_at(data, Options(encoding=wrong))
        except FileRefused as refusal:
            # most can be read, as other letters
            assert refusal.message % refusal.values in {  # noqa: PT017
                f"This file cannot be read as {ENCODINGS[wrong].name}. Choose another encoding.",
                "This file is not a table of text. Save it as CSV and try again.",
            }


def test_a_language_does_not_overrule_what_the_bytes_tell() -> None:
    assert decode(RUSSIAN.encode("cp1251"), languages=["pl"]) == (RUSSIAN, "windows-1251")
    assert decode(FRENCH.encode(), languages=["ja"]) == (FRENCH, "utf-8")
    japanese = "名前,メール\r\n田中太郎,tanaka@example.org\r\n"
    assert decode(japanese.encode("cp932")) == (japanese, "cp932")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b" \r\n ", "This file is empty."),
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
        (b"%PDF-1.7", "not a table of text"),
        (b"\x89PNG\r\n", "not a table of text"),
        (b"a,b\n" + bytes(range(32)) * 20, "not a table of text"),
        (b"x" * (5 * 2**20 + 1), "larger than"),
    ],
)
def test_what_is_no_text_is_refused_with_the_mend(data: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        decode(data)
    assert sentence in refusal.value.message
    assert refusal.value.field == "file"


@pytest.mark.parametrize(
    ("text", "delimiter", "cells"),
    [
        ("a,b\n1,2\n", ",", ["1", "2"]),
        ("a;b\r\n1;2\r\n", ";", ["1", "2"]),
        ("a\tb\n1\t2\n", "\t", ["1", "2"]),
        ("a|b\n1|2\n", "|", ["1", "2"]),
        ('a;b\n"x; ""y""\nz";2\n', ";", ['x; "y"\nz', "2"]),
        ("sep=;\r\na;b\r\n1,5;2\r\n", ";", ["1,5", "2"]),
        ("a,b\r1,2\r", ",", ["1", "2"]),
        ("sep=x\r\n1,2\r\n3,4\r\n", ",", ["3", "4"]),
        ("a;b,c;d\n1;2,5;3\n", ";", ["1", "2,5", "3"]),
        ("one column\nada@example.org\n", ",", ["ada@example.org"]),
    ],
)
def test_the_delimiter_is_found(text: str, delimiter: str, cells: list[str]) -> None:
    table = read_table(text)
    assert (table.delimiter, table.rows[-1].cells) == (delimiter, cells)


def test_lines_are_counted_as_the_file_counts_them() -> None:
    text = 'sep=,\nname,email\n\n"two\nlines",a@example.org\nBo,b@example.org\n ,\n'
    assert [row.line for row in read_table(text).rows] == [2, 4, 6]
    assert read_table(text).width == 2
    assert read_table("").width == 0


def test_a_delimiter_can_be_corrected() -> None:
    assert read_table("a;b,c\n", ",").rows == [Row(1, ["a;b", "c"])]


def test_an_open_quotation_mark_is_named_by_its_line() -> None:
    text = "name,email\nAda,a@example.org\n" + '"never closed ' + "x" * 200_000
    with pytest.raises(FileRefused) as refusal:
        read_table(text)
    assert refusal.value.values == {"line": 3}


def test_a_line_of_five_megabytes_is_refused_in_bounded_memory() -> None:
    data = b'name,email\n"' + b"x" * (5 * 2**20 - 100)
    tracemalloc.start()
    with pytest.raises(FileRefused):
        look_at(data, Options())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_more_lines_than_a_list_may_have_are_refused() -> None:
    text = "a@example.org\n" * (MOST_ROWS + 1)
    for read in (read_table, read_pasted):
        with pytest.raises(FileRefused) as refusal:
            read(text)
        assert refusal.value.values == {"limit": MOST_ROWS}


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Full Name,E-Mail,City,Notes", ["name", "email", "place", ""]),
        ("Nama lengkap,Alamat surel,Kota", ["name", "email", "place"]),
        ("Prénom,Nom,Courriel,Ville", ["first_name", "last_name", "email", "place"]),
        ("ФИО,Эл. почта,Город,Группа", ["name", "email", "place", "tags"]),
        ("姓,名,电子邮箱,城市", ["last_name", "first_name", "email", "place"]),
        ("First name,First name,E-mail,Tag,Group", ["name", "", "email", "tags", "tags"]),
        ("Name,Where,Contact address", ["name", "", "email"]),
    ],
)
def test_columns_are_known_by_headers_in_five_languages(header: str, columns: list[str]) -> None:
    below = ["x"] * len(columns)
    below[columns.index("email")] = "ada@example.org"
    rows = [Row(1, header.split(",")), Row(2, below)]
    assert guess_columns(rows) == (columns, True)


def test_columns_without_a_header_are_known_by_what_they_hold() -> None:
    rows = [Row(1, ["ada@example.org", "Ada", "Berlin"]), Row(2, ["bo@example.org", "Bo"])]
    assert guess_columns(rows) == (["email", "name", ""], False)
    assert guess_columns([Row(1, ["ada@example.org"])]) == (["email"], False)
    strange = [Row(1, ["Wer", "Wohin"]), Row(2, ["Ada", "ada@example.org"])]
    assert guess_columns(strange) == (["name", "email"], True)
    assert guess_columns([Row(1, ["nobody", "here"])]) == (["", ""], False)
    assert guess_columns([]) == ([], False)
    assert guess_columns([Row(1, [])]) == ([], False)


def test_a_line_becomes_a_person() -> None:
    columns = ["first_name", "last_name", "email", "place", "pronouns", "about", "tags", ""]
    line = [
        "Ada",
        "Lovelace",
        "Ada <mailto:Ada@Example.org>",
        "London",
        "she",
        "Sums",
        "a; b;a",
        "x",
    ]
    person = read_people([Row(7, line)], columns, has_header=False).people[0]
    assert (person.line, person.name, person.email, person.key) == (
        7,
        "Ada Lovelace",
        "Ada@example.org",
        "ada@example.org",
    )
    assert (person.place, person.pronouns, person.about) == ("London", "she", "Sums")
    assert person.tags == ("a", "b")


@pytest.mark.parametrize(
    ("columns", "cells", "name"),
    [
        (["last_name", "first_name", "email"], ["王", "小明", "w@example.org"], "王小明"),
        (["name", "email"], ["", "w.ang@example.org"], "w.ang"),
        (["email"], ["'+plus@example.org"], "+plus"),
        (["name", "email"], ["'=cmd|' /C calc'!A0", "w@example.org"], "=cmd|' /C calc'!A0"),
    ],
)
def test_names_are_put_together(columns: list[str], cells: list[str], name: str) -> None:
    assert read_people([Row(1, cells)], columns, has_header=False).people[0].name == name


def test_an_address_of_a_street_is_not_taken_as_a_place() -> None:
    row = Row(1, ["a@example.org", "Main Street 5"])
    assert read_people([row], ["email", "place"], has_header=False).people[0].place == ""


def test_what_cannot_be_taken_is_said_by_line() -> None:
    rows = [
        Row(1, ["Name", "Mail"]),
        Row(2, ["Ada", "ada@example.org"]),
        Row(3, ["Nobody", ""]),
        Row(4, ["Short"]),
        Row(5, ["Broken", "ada@"]),
        Row(6, ["Again", "ADA@example.org"]),
        Row(7, ["N\0ul", "nul@example.org"]),
        Row(8, ["Lost\ufffd", "lost@example.org"]),
        Row(9, ["Иван", "иван@example.ru"]),
        Row(10, ["Ivan", "ivan@пример.рф"]),
    ]
    reading = read_people(rows, ["name", "email"], has_header=True)
    assert [person.line for person in reading.people] == [2, 10]
    assert reading.rejects == [
        (3, Reject.NO_ADDRESS, "Nobody"),
        (4, Reject.NO_ADDRESS, "Short"),
        (5, Reject.ADDRESS_BROKEN, "Broken ada@"),
        (6, Reject.TWICE, "Again ADA@example.org"),
        (7, Reject.UNREADABLE, "N ul nul@example.org"),
        (8, Reject.UNREADABLE, "Lost\ufffd lost@example.org"),
        (9, Reject.NOT_MAILABLE, "Иван иван@example.ru"),
    ]


def test_a_very_long_word_is_read_in_one_go() -> None:
    word = "a" * 1_000_000  # tried again from each letter, this would take an hour
    assert read_pasted(f"{word} ada@example.org").rows == [Row(1, [word, "ada@example.org"])]
    assert read_pasted(f"@{word}").rows == [Row(1, [f"@{word}", ""])]
    assert read_pasted(f"{word}@").rows == [Row(1, [f"{word}@", ""])]


def test_pasted_addresses_come_as_people_write_them() -> None:
    text = (
        "Ada Lovelace <ada@example.org>, 'Bo' <bo@example.org>; c@example.org\n"
        '"Marchand, Élodie" <elodie@example.org>\n\n'
        "王小明 wang@example.org\nnobody here\n"
    )
    assert read_pasted(text).rows == [
        Row(1, ["Ada Lovelace", "ada@example.org"]),
        Row(1, ["Bo", "bo@example.org"]),
        Row(1, ["", "c@example.org"]),
        Row(2, ["Marchand, Élodie", "elodie@example.org"]),
        Row(4, ["王小明", "wang@example.org"]),
        Row(5, ["nobody here", ""]),
    ]


@pytest.mark.parametrize("text", [RUSSIAN, CHINESE, FRENCH, INDONESIAN])
@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16"])
def test_a_whole_file_is_read_without_a_question(text: str, written: str) -> None:
    look = look_at(text.encode(written), Options())
    assert look.reading.rejects == []
    assert all(person.name and person.place and person.email for person in look.reading.people)
    assert look.options.has_header is True


@pytest.mark.parametrize(
    "place",
    ["Main Street", "Rue de Lyon", "Jalan Sudirman", "ул. Ленина", "Berlin 10115", "Hauptstraße",
     "南京路12号", "٣ القاهرة", "Apt B, Riga", "五号楼"],
)  # fmt: skip
def test_an_address_is_finer_than_a_city(place: str) -> None:
    assert is_finer_than_a_city(place)


@pytest.mark.parametrize(
    "place",
    ["", "Berlin", "St. Petersburg", "Санкт-Петербург", "三亚", "上海", "Road Town", "Lyon, France",
     "Флориана", "Île-de-France", "Straßburg", "Kavala"],
)  # fmt: skip
def test_a_city_is_no_finer_than_a_city(place: str) -> None:
    assert not is_finer_than_a_city(place)
