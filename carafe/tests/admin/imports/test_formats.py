"""Files as programs write them are read as they were meant, or asked about."""

import csv
import io
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from carafe.admin.imports.detection import detect
from carafe.admin.imports.mapping import guess_mapping
from carafe.admin.imports.reading import UnreadableFileError, table
from carafe.admin.imports.rows import RowValidator
from carafe.admin.model_admin import find_admin
from carafe.database import db
from carafe.tests.site.models import Thing

HEADING = ["Title", "Body", "user.email"]
FIRST_THREE = {"0": "title", "1": "body", "2": "user.email"}


def import_spec():
    admin = find_admin("things")
    assert admin
    assert admin.import_spec
    return admin.import_spec


@pytest.fixture
def detected(app):
    """Return the detected format and doubts of a file, as its upload does."""

    def call(content):
        data = content.encode() if isinstance(content, str) else content
        with app.app_context():
            spec = import_spec()
            return detect(io.BytesIO(data), lambda names: len(guess_mapping(spec, names)))

    return call


@pytest.fixture
def check(app, detected):
    """Return the checked rows of a file, as its jobs do, read in a changed format."""

    def call(content, columns=None, **changes):
        format, doubts = detected(content)
        assert not doubts
        data = content.encode() if isinstance(content, str) else content
        with app.app_context():
            spec = import_spec()
            format = format.changed(changes)
            names, records = table([data], format)
            mapping = columns or guess_mapping(spec, names)
            actor = SimpleNamespace(id=0, role="admin")
            return RowValidator(spec, names, mapping, format).check(records, actor)

    return call


@pytest.fixture
def read(check):
    """Return titles and bodies of a file that has no errors."""

    def call(content, columns=None, **changes):
        rows = check(content, columns, **changes)
        assert not any(row.errors for row in rows)
        return [(row.values["title"], row.values.get("body", "")) for row in rows]

    return call


def written(rows, delimiter=",", end="\r\n", **options):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end, **options).writerows(rows)
    return file.getvalue()


def excel(rows, delimiter, encoding):
    """Excel leaves out last cells that are empty, 16 rows at a time."""
    cropped = []
    for block in (rows[n : n + 16] for n in range(0, len(rows), 16)):
        width = max(max(n for n, cell in enumerate(row, 1) if cell) for row in block)
        cropped += [row[:width] for row in block]
    return written(cropped, delimiter).encode(encoding)


def libreoffice(rows, delimiter, encoding):
    return written(rows, delimiter, "\n").encode(encoding)


def numbers(rows, delimiter, encoding):
    return written(rows, delimiter).encode(encoding)


def sheets(rows, delimiter, encoding):
    """Google Sheets ends the last row with nothing."""
    return written(rows, delimiter).removesuffix("\r\n").encode(encoding)


LANGUAGES = {
    "German": ["Käse, Brot & Öl", "Straße in Köln", "Über 5 € – „günstig“", "Grüße"],
    "French": ["Crème brûlée", "Élève à l’école", "Où est l’été ?", "garçon, forêt, maïs"],
    "Polish": ["Zażółć gęślą jaźń", "Łódź i Kraków", "źdźbło trawy", "święto, środa, ćma"],
    "Czech": ["Příliš žluťoučký kůň", "úpěl ďábelské ódy", "čtvrtek, šálek, řeka"],
    "Hungarian": ["Árvíztűrő tükörfúrógép", "őszi szőlő, hűtő", "könyv és gyümölcs"],
    "Russian": ["Список покупок", "молоко и хлеб", "Съешь ещё этих булок"],
    "Ukrainian": ["Список покупок", "їжак і ґудзик", "молоко та хліб для всієї родини"],
    "Greek": ["Λίστα αγορών", "γάλα και ψωμί", "Καλημέρα κόσμε"],
    "Turkish": ["Alışveriş listesi", "süt, ekmek, çay", "Iğdır’da güneş ışığı", "şişe, ağaç"],
    "Japanese": ["買い物リスト", "牛乳とパンを買う", "カタカナとひらがな"],
    "Simplified Chinese": ["购物清单", "牛奶和面包", "我们明天去市场买东西"],
    "Traditional Chinese": ["購物清單", "牛奶和麵包", "我們明天去市場買東西"],
    "Korean": ["쇼핑 목록", "우유와 빵을 삽니다", "안녕하세요"],
}
FILES = [
    ("German", excel, ";", "cp1252"),
    ("German", excel, ";", "utf-8-sig"),
    ("German", excel, "\t", "utf-16"),
    ("German", libreoffice, ",", "utf-8"),
    ("German", numbers, ";", "utf-8"),
    ("French", excel, ";", "cp1252"),
    ("French", excel, ";", "mac_roman"),
    ("French", sheets, ",", "utf-8"),
    ("Polish", excel, ";", "cp1250"),
    ("Polish", libreoffice, ",", "iso8859_2"),
    ("Czech", excel, ";", "cp1250"),
    ("Hungarian", excel, ";", "cp1250"),
    ("Russian", excel, ";", "cp1251"),
    ("Russian", excel, "\t", "utf-16-le"),
    ("Ukrainian", excel, ";", "cp1251"),
    ("Greek", excel, ";", "cp1253"),
    ("Turkish", excel, ";", "cp1254"),
    ("Japanese", excel, ",", "cp932"),
    ("Japanese", sheets, ",", "utf-8"),
    ("Simplified Chinese", excel, ",", "gb18030"),
    ("Traditional Chinese", excel, ",", "big5"),
    ("Korean", excel, ",", "cp949"),
]


@pytest.mark.parametrize(("language", "program", "delimiter", "encoding"), FILES)
def test_it_reads_what_programs_write(language, program, delimiter, encoding, alice, read):
    things = [(text, "") for text in LANGUAGES[language]] + [(f"n{n}", "x") for n in range(20)]
    rows = [[title, alice.email, body] for title, body in things]
    content = program([["Title", "user.email", "Body"], *rows], delimiter, encoding)
    assert read(content) == things


LINES = "Title;Body;user.email\r\nAlpha;one;alice@example.com\r\n"
ROWS = [("Alpha", "one")]


AROUND = {
    "rows of delimiters": LINES.replace("\r\n", ";;;\r\n") + ";;;;;\r\n" * 3,
    "a line that names the delimiter": f"sep=;\r\n{LINES}",
    "such a line behind a mark": f"\ufeffsep=;\r\n{LINES}",
    "an unusual delimiter": f"sep=^\r\n{LINES.replace(';', '^')}",
    "blank lines first": f"\r\n\r\n{LINES}",
    "a row of delimiters first": f";;\r\n{LINES}",
    "a title above": f"List of things\r\nfrom today\r\n\r\n{LINES}",
    "vertical bars": LINES.replace(";", "|"),
    "lone carriage returns": LINES.replace("\r\n", "\r"),
    "doubled carriage returns": LINES.replace("\r\n", "\r\r\n"),
    "a mark twice": f"\ufeff\ufeff{LINES}",
    "no last line end": LINES.rstrip(),
    "odd white space in the heading": LINES.replace(
        "Title;Body;user.email", " TITLE\u00a0;bo\u00addy;\u200bUser.Email "
    ),
    "commas in the heading": LINES.replace("Title", '"Title (a, b, c, d)"'),
    "single quotes": re.sub(r"[\w.@]+", r"'\g<0>'", LINES),
    "spaces before quotes": re.sub(r"[\w.@]+", r'"\g<0>"', LINES).replace(";", ", "),
    "many empty rows": LINES.replace("\r\n", "\r\n" + ";;\r\n" * 300, 1),
    "empty columns as far as Excel goes": LINES.replace("\r\n", ";" * 16381 + "\r\n"),
}


@pytest.mark.parametrize("what", AROUND)
def test_it_reads_what_is_around_the_rows(what, alice, read):
    assert read(AROUND[what], FIRST_THREE) == ROWS


def test_line_breaks_and_quotes_in_cells_stay(alice, read):
    body = 'one; "two", three|four\nfive'
    row = ["a;b,c", body.replace("\n", "\r\n"), alice.email]
    assert read(written([HEADING, row], ";")) == [("a;b,c", body)]


def test_quotes_behind_backslashes_are_read(alice, read):
    content = f'"Title","Body","user.email"\n"a \\"b\\", c","one","{alice.email}"\n'
    assert read(content) == [('a "b", c', "one")]


def test_a_file_without_a_heading_is_read_from_its_first_row(alice, read):
    content = f"First thing,body one,{alice.email}\r\nSecond thing,body two,{alice.email}\r\n"
    assert read(content, FIRST_THREE) == [
        ("First thing", "body one"),
        ("Second thing", "body two"),
    ]


def test_a_heading_that_is_data_can_be_said_to_be_data(alice, importer, read):
    content = "a\u00e4,b,c\n" + f"x,y,{alice.email}\n"
    importer.upload(content)
    assert ">aä</label>" in importer.look()
    columns = {"0": "title", "2": "user.email"}
    assert read(f"x,y,{alice.email}\n", columns, heading="no") == [("x", "")]
    assert read(content, columns, skip="1", heading="no") == [("x", "")]


def test_lines_to_skip_can_be_chosen(alice, read):
    content = f"Title;Body;user.email\n(text);(text);(address)\nAlpha;one;{alice.email}\n"
    assert read(content, FIRST_THREE, skip="2", heading="no") == ROWS


def test_rows_keep_their_numbers_below_skipped_lines(alice, check):
    rows = check(f"A report\n\nTitle,user.email\na,{alice.email}\nb,nobody\n")
    assert [row.number for row in rows if row.errors] == [5]


def test_missing_cells_can_be_an_error(alice, importer):
    importer.upload(f"user.email,Title,Body\n{alice.email},a\n{alice.email},b,x\n")
    importer.send("format", {"missing": "error"})
    importer.check_rows()
    assert importer.errors() == [["2", "", "", "Has 2 cells, but the header has 3."]]


AMBIGUOUS = {
    "cp1252": "España",
    "iso8859_15": "5 €",
    "cp1250": "Dvořák",
    "cp1257": "Ķekava",
    "mac_roman": "naïve",
    "cp850": "Müller",
    "cp866": "ель",
    "cp1255": "שלום",
    "cp1256": "كتاب",
    "cp874": "สวัสดี",
    "cp1258": "Đà",
    "gb18030": "中文",
    "big5hkscs": "中文",
    "cp949": "한국",
    "euc_jp": "東京",
    "koi8_u": "їжа",
    "mac_cyrillic": "Дом",
}


@pytest.mark.parametrize("encoding", AMBIGUOUS)
def test_a_word_that_can_be_two_is_in_doubt(encoding, alice, detected):
    """Or it is read right. Either way it can be read right."""
    word = AMBIGUOUS[encoding]
    content = f"Title;Body;user.email\r\n{word};x;{alice.email}\r\n".encode(encoding)
    format, doubts = detected(content)
    assert doubts.get("encodings") or word in content.decode(format.encoding)
    _, [record] = table([content], format.changed({"encoding": encoding}))
    assert record.cells[0] == word


def test_a_doubt_about_the_encoding_is_settled_on_the_page(alice, importer, titles):
    importer.upload(f"Title;user.email\r\nDvořák;{alice.email}\r\n".encode("cp1250"))
    assert "Which of these reads right?" in importer.look()
    fields = {"csrf_token": importer.browser.token(), "column-0": "title"}
    answer = importer.browser.post(f"{importer.page}/check", fields)
    assert answer.status_code == 422
    assert "Choose how to read this file first" in answer.text
    assert '<option value="cp1250"' in importer.look()
    assert importer.send("format", {"encoding": "cp1250"}).status_code == 303
    importer.check_rows()
    importer.bring_in()
    assert titles() == ["Dvořák"]


def test_letters_that_an_earlier_program_garbled_are_asked_about(alice, importer, titles):
    importer.upload(f"Title,user.email\nKÃ¤se fÃ¼r 5 â‚¬,{alice.email}\n")
    page = importer.look()
    assert "Some characters were already garbled" in page
    assert f'action="{importer.page}/check"' not in page
    importer.send("format")
    importer.check_rows()
    importer.bring_in()
    assert titles() == ["KÃ¤se fÃ¼r 5 â‚¬"]


def test_a_few_wrong_bytes_make_bad_rows_and_no_other_encoding(alice, importer, titles):
    good = f"Größe für Übermut,{alice.email}\n".encode() * 20
    importer.check(
        b"Title,user.email\n"
        + good
        + f"K\udce4se,{alice.email}\n".encode("utf-8", "surrogateescape")
    )
    [[row, _, _, reason]] = importer.errors()
    assert (row, reason) == ("22", "Contains unreadable characters. Check the encoding.")
    importer.bring_in()
    assert titles() == ["Größe für Übermut"] * 20


def test_letters_are_shown_wherever_they_first_are(alice, importer):
    rows = "".join(f"plain {n};{alice.email}\r\n" for n in range(50))
    importer.upload(f"Title;user.email\r\n{rows}Größe;{alice.email}\r\n".encode("cp1252"))
    assert "Größe" in importer.look()


ODS = b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file is empty"),
        (b"\xef\xbb\xbf\r\n", "This file is empty"),
        (b"PK\x03\x04 and so on", "an Excel file"),
        (b"%PDF-1.7", "a PDF file"),
        (ODS, "an OpenDocument file"),
        (b"<html><body><table><tr><td>x</td></tr></table>", "a web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<title>Log in</title>", "a web page"),
        ("<html><table>".encode("utf-16"), "a web page"),
        (b'<?xml version="1.0"?><Workbook/>', "an XML file"),
        (b'[{"title": "a"}]', "a JSON file"),
        (b"{\\rtf1 x}", "a Word file"),
        (b";;;\r\n;;;\r\n", "This file is empty"),
        (b"\xff\xfe", "This file is empty"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_csv_is_named(content, message, detected):
    with pytest.raises(UnreadableFileError, match=message):
        detected(content)


def test_a_format_that_cannot_be_is_refused(alice, importer):
    importer.upload(f"Title,user.email\na,{alice.email}\n")
    for fields in (
        {"quote": "x"},
        {"skip": "-1"},
        {"skip": "1e9"},
        {"heading": ""},
        {"delimiter": "\n"},
    ):
        assert importer.send("format", fields).status_code == 422
    assert importer.send("format", {"skip": "900"}).status_code == 303
    assert "has no rows" in importer.look() or "is empty" in importer.look()


TEXTS = ["-5 degrees", "=1+1", "'=1", "''=1", "' =1", "'a", "''", "@x", "+1", "\t=1", "a;=cmd"]
TEXTS += ["a; '-1", "a\n- b\n'- c\n\n=d", ';;"=x', "a\t@b", "a|＝1", "“=1”", "x, -1", "＋1", "-5"]
TEXTS += ["a\n\t=1", "a;\n'=1", "  =x", "a\n", '"=1"', "a\u2028=1"]


def test_an_export_comes_back_as_it_was(app, alice, importer, read):
    """Every text: those that look like formulas, and those that look as if they were guarded."""
    with app.app_context():
        for text in TEXTS:
            Thing.create(alice.id, " ".join(text.split()), text)
        db.session.commit()
        stored = [*db.session.execute(select(Thing.title, Thing.body).order_by(Thing.id))]
    file = importer.browser.get("/admin/things/export.csv?columns=user.email,title,body").data
    assert file.startswith(b"\xef\xbb\xbfid,user.email,title,body\r\n")
    assert read(file) == [tuple(row) for row in stored]


def test_apostrophes_can_be_kept(alice, read):
    content = f"Title;Body;user.email\n'=';['+', '-'];{alice.email}\n"
    assert read(content, guards="keep") == [("'='", "['+', '-']")]
