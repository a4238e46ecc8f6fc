"""Notes out of files as programs write them: read as they were meant, or asked about."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from app.notes.models import Note
from carafe.database import db

HEADING = ["Title", "Body", "user.email"]


@pytest.fixture
def imported(app, alice, importer):
    """Has a file checked and its good rows brought in; titles and bodies of the notes."""

    def call(content, columns=None, **chosen):
        importer.upload(content)
        if chosen:
            assert importer.send("format", chosen).status_code == 303
        importer.check_rows(columns)
        importer.bring_in()
        with app.app_context():
            notes = select(Note.title, Note.body).order_by(Note.id)
            return [tuple(note) for note in db.session.execute(notes)]

    return call


def written(rows, delimiter=",", end="\r\n", **options):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end, **options).writerows(rows)
    return file.getvalue()


def excel(rows, delimiter, encoding):
    """Excel leaves out last cells that are empty, 16 rows at a time."""
    kept = []
    for block in (rows[n : n + 16] for n in range(0, len(rows), 16)):
        width = max(max(n for n, cell in enumerate(row, 1) if cell) for row in block)
        kept += [row[:width] for row in block]
    return written(kept, delimiter).encode(encoding)


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
def test_it_reads_what_programs_write(language, program, delimiter, encoding, alice, imported):
    notes = [(text, "") for text in LANGUAGES[language]] + [(f"n{n}", "x") for n in range(20)]
    rows = [[title, alice.email, body] for title, body in notes]
    content = program([["Title", "user.email", "Body"], *rows], delimiter, encoding)
    assert imported(content) == notes


LINES = "Title;Body;user.email\r\nAlpha;one;alice@example.com\r\n"
ONE = [("Alpha", "one")]


AROUND = {
    "rows of delimiters": LINES.replace("\r\n", ";;;\r\n") + ";;;;;\r\n" * 3,
    "a line that names the delimiter": f"sep=;\r\n{LINES}",
    "such a line behind a mark": f"\ufeffsep=;\r\n{LINES}",
    "an unusual delimiter": f"sep=^\r\n{LINES.replace(';', '^')}",
    "blank lines first": f"\r\n\r\n{LINES}",
    "a row of delimiters first": f";;\r\n{LINES}",
    "a title above": f"List of notes\r\nfrom today\r\n\r\n{LINES}",
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
def test_it_reads_what_is_around_the_rows(what, alice, imported):
    columns = {"column-0": "title", "column-1": "body", "column-2": "user.email"}
    assert imported(AROUND[what], columns) == ONE


def test_line_breaks_and_quotes_in_cells_stay(alice, imported):
    body = 'one; "two", three|four\nfive'
    row = ["a;b,c", body.replace("\n", "\r\n"), alice.email]
    assert imported(written([HEADING, row], ";")) == [("a;b,c", body)]


def test_quotes_behind_backslashes_are_read(alice, imported):
    content = f'"Title","Body","user.email"\n"a \\"b\\", c","one","{alice.email}"\n'
    assert imported(content) == [('a "b", c', "one")]


def test_a_file_without_a_heading_is_read_from_its_first_row(alice, imported):
    content = f"First thing,body one,{alice.email}\r\nSecond thing,body two,{alice.email}\r\n"
    columns = {"column-0": "title", "column-1": "body", "column-2": "user.email"}
    assert imported(content, columns) == [
        ("First thing", "body one"),
        ("Second thing", "body two"),
    ]


def test_a_heading_that_is_data_can_be_said_to_be_data(alice, importer, imported):
    content = "a\u00e4,b,c\n" + f"x,y,{alice.email}\n"
    importer.upload(content)
    assert ">aä</label>" in importer.look()
    columns = {"column-0": "title", "column-2": "user.email"}
    assert imported(content, columns, heading="no") == [("x", "")]


def test_lines_to_skip_can_be_chosen(alice, imported):
    content = f"Title;Body;user.email\n(text);(text);(address)\nAlpha;one;{alice.email}\n"
    columns = {"column-0": "title", "column-1": "body", "column-2": "user.email"}
    assert imported(content, columns, skip="2", heading="no") == ONE


def test_rows_keep_their_numbers_below_skipped_lines(alice, importer):
    importer.check(f"A report\n\nTitle,user.email\na,{alice.email}\nb,nobody\n")
    assert [row for row, *_ in importer.errors()] == ["5"]


def test_missing_cells_can_be_an_error(alice, importer):
    importer.upload(f"user.email,Title,Body\n{alice.email},a\n{alice.email},b,x\n")
    importer.send("format", {"missing": "error"})
    importer.check_rows()
    assert importer.errors() == [["2", "", "", "It has 2 cells, and the heading has 3."]]


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
def test_a_word_that_can_be_two_is_asked_about(encoding, alice, importer, titles):
    """Or it is read right. Either way the page has the choice that reads it."""
    word = AMBIGUOUS[encoding]
    importer.upload(f"Title;Body;user.email\r\n{word};x;{alice.email}\r\n".encode(encoding))
    page = importer.look()
    if "Which of these reads right?" in page:
        fields = {"csrf_token": importer.browser.token(), "column-0": "title"}
        answer = importer.browser.post(f"{importer.page}/check", fields)
        assert answer.status_code == 422
        assert "Choose how to read this file first" in answer.text
    elif f">{word}<" not in page:
        pytest.fail(f"{encoding} was taken for another")
    assert f'<option value="{encoding}"' in page
    assert importer.send("format", {"encoding": encoding}).status_code == 303
    importer.check_rows()
    importer.bring_in()
    assert titles() == [word]


def test_letters_that_an_earlier_program_garbled_are_asked_about(alice, importer, titles):
    importer.upload(f"Title,user.email\nKÃ¤se fÃ¼r 5 â‚¬,{alice.email}\n")
    page = importer.look()
    assert "Some letters were garbled before this file was saved" in page
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
    assert (row, reason) == ("22", "It has characters that cannot be read. Is the encoding right?")
    importer.bring_in()
    assert titles() == ["Größe für Übermut"] * 20


def test_letters_are_shown_wherever_they_first_are(alice, importer):
    rows = "".join(f"plain {n};{alice.email}\r\n" for n in range(50))
    importer.upload(f"Title;user.email\r\n{rows}Größe;{alice.email}\r\n".encode("cp1252"))
    assert "Größe" in importer.look()


ODS = b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("content", "says"),
    [
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
def test_what_is_no_csv_is_named(content, says, importer):
    assert says in importer.upload(content, status=422).text


def test_a_format_that_cannot_be_is_refused(alice, importer):
    importer.upload(f"Title,user.email\na,{alice.email}\n")
    for wrong in (
        {"quote": "x"},
        {"skip": "-1"},
        {"skip": "1e9"},
        {"heading": ""},
        {"delimiter": "\n"},
    ):
        assert importer.send("format", wrong).status_code == 422
    assert importer.send("format", {"skip": "900"}).status_code == 303
    assert "has no rows" in importer.look() or "is empty" in importer.look()


TEXTS = ["-5 degrees", "=1+1", "'=1", "''=1", "' =1", "'a", "''", "@x", "+1", "\t=1", "a;=cmd"]
TEXTS += ["a; '-1", "a\n- b\n'- c\n\n=d", ';;"=x', "a\t@b", "a|＝1", "“=1”", "x, -1", "＋1", "-5"]
TEXTS += ["a\n\t=1", "a;\n'=1", "  =x", "a\n", '"=1"', "a\u2028=1"]


def test_an_export_comes_back_as_it_was(alice, importer, imported, write, sign_in):
    """Every text: those that look like formulas, and those that look as if they were guarded."""
    for text in TEXTS:
        write(alice, " ".join(text.split()), body=text)
    file = sign_in(alice).get("/notes/export.csv").data.decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(file, newline=""))
    assert heading[:2] == ["title", "body"]
    content = written([HEADING, *([*row[:2], alice.email] for row in rows)])
    assert imported(content)[len(TEXTS) :] == [(" ".join(text.split()), text) for text in TEXTS]


def test_a_list_of_the_administration_comes_back_as_it_was(alice, importer, imported, write):
    for text in TEXTS:
        write(alice, " ".join(text.split()))
    file = importer.browser.get("/admin/notes/export.csv?columns=user.email,title").data
    assert file.startswith(b"\xef\xbb\xbfid,user.email,title\r\n")
    titles = [title for title, _ in imported(file)]
    assert titles[len(TEXTS) :] == titles[: len(TEXTS)]


def test_apostrophes_can_be_kept(alice, imported):
    content = f"Title;Body;user.email\n'=';['+', '-'];{alice.email}\n"
    assert imported(content, guards="keep") == [("'='", "['+', '-']")]
