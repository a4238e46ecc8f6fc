"""Import rows of a CSV file: choose columns, check all rows, and import all, the good, or none."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from carafe.admin.imports import jobs, writing
from carafe.admin.imports.models import FOLDER, MAX_OPEN, ImportBatch, ImportRun
from carafe.audit import AuditEvent
from carafe.database import db
from carafe.jobs import JobCanceled
from carafe.jobs.worker import run_due
from carafe.storage import storage
from carafe.tests.site.models import Thing, User
from carafe.time import now

LIST = "/admin/things/imports/"


def lines(*rows: str, head: str = "title,body,user.email") -> str:
    return "\n".join([head, *rows, ""])


def test_it_brings_in_what_the_file_says(app, alice, bob, importer, titles):
    page = importer.check(lines(f'"One, two","a\nb",{alice.email}', f"Three,,{bob.email.upper()}"))
    assert "2 of 2 rows are ready" in page
    assert titles() == []
    assert "Skipped (invalid)" in importer.bring_in("all")
    with app.app_context():
        query = select(Thing.title, Thing.body, Thing.user_id).order_by(Thing.id)
        assert list(map(tuple, db.session.execute(query))) == [
            ("One, two", "a\nb", alice.id),
            ("Three", "", bob.id),
        ]
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "things.imported")
        ).one()
        assert event.actor == "carol@example.com"
        assert event.details == {"file": "rows.csv", "created": 2, "changed": 0, "invalid": 0}
        assert db.session.scalars(select(ImportRun.file)).all() == [None]


BAD = [
    ("x" * 201, "", "alice@example.com", "title", "Too long: 201 characters"),
    ("", "", "alice@example.com", "title", "Required"),
    ("a\0b", "", "alice@example.com", "title", "unsupported character"),
    ("a", "", "nobody@example.com", "user.email", "No match"),
    ("a", "", "nobody", "user.email", "@-sign"),
    ("a", "", "", "user.email", "Required"),
]


def test_it_names_each_bad_row_and_touches_no_other(alice, importer, titles, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH_SIZE", 20)
    rows, expected = [], []
    for n in range(60):
        title, body, email, *wrong = BAD[n // 10] if n % 10 == 7 else ("ok", "", alice.email)
        rows.append(f"{title} {n},{body},{email}" if not wrong else f"{title},{body},{email}")
        if wrong:
            expected.append((str(n + 2), *wrong))
    page = importer.check(lines(*rows))
    assert "54 of 60 rows are ready" in page
    errors = importer.errors()
    assert [(row, column) for row, column, _, _ in errors] == [error[:2] for error in expected]
    for (*_, reason), (*_, text) in zip(errors, expected, strict=True):
        assert text in reason
    assert "54" in importer.bring_in("good")
    assert titles() == [f"ok {n}" for n in range(60) if n % 10 != 7]
    assert importer.errors() == errors


def test_rows_that_are_no_rows_are_named(alice, importer):
    good = f"a,,{alice.email}"
    importer.check(
        lines(f"{good},", "", f"{good},x", "a,b", "title,body,user.email", f'"a"b,,{alice.email}')
    )
    assert [(row, reason) for row, _, _, reason in importer.errors()] == [
        ("4", "Has 4 cells, but the header has 3."),
        ("5", "Required"),
        ("6", "Repeats the header row"),
        ("7", "Can't read this row: there is text after a closing quote."),
    ]


def test_a_quote_that_is_never_closed_keeps_all_out(alice, importer, titles):
    """What follows it cannot be told from what it opens."""
    page = importer.check(lines(f"a,,{alice.email}", f'b,"x,{alice.email}', f"c,,{alice.email}"))
    assert "Can&#39;t read row 3 (line 3): a quote is never closed." in page
    assert f'action="{importer.page}/rows"' not in page
    fields = {"csrf_token": importer.browser.token(), "mode": "good"}
    assert importer.browser.post(f"{importer.page}/rows", fields).status_code == 409
    assert titles() == []


def test_a_file_that_is_no_csv_is_refused_at_once(importer):
    answer = importer.upload(b"%PDF-1.7", status=422)
    assert "a PDF file" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_without_a_file_it_asks_for_one(importer):
    form = importer.browser.fill(LIST)
    answer = importer.browser.send(form)
    assert answer.status_code == 422
    assert "Choose a file to upload" in answer.text


def test_a_heading_without_rows_is_told(importer):
    assert "no rows below the header" in importer.check(lines())


@pytest.mark.parametrize(("delimiter", "encoding"), [("\t", "utf-16"), (";", "cp1252")])
def test_it_reads_what_spreadsheets_write(delimiter, encoding, alice, importer, titles):
    rows = [["Title", "Text", "User"], ["Käse für 5 €", "a", alice.email]]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    page = importer.check(content, **{"column-1": "body", "column-2": "user.email"})
    assert "1 of 1 rows are ready" in page
    importer.bring_in()
    assert titles() == ["Käse für 5 €"]


def test_it_is_read_as_one_says(alice, importer, titles):
    importer.upload(f"title|;user.email;x\n=;{alice.email};\n".encode("utf-16-be"))
    importer.send("format", {"encoding": "utf-16-be", "delimiter": ";"})
    assert "title|" in importer.look()
    fields = {"encoding": "rot13", "delimiter": ";"}
    assert importer.send("format", fields).status_code == 422


def test_columns_are_guessed_and_can_be_chosen(alice, importer, titles):
    importer.upload(lines(f"no,yes,{alice.email}", head="TITLE,What,user.email"))
    page = importer.browser.fill(importer.page, f"{importer.page}/check").fields
    names = [page[f"column-{n}"] for n in range(3)]
    assert names == ["title", "", "user.email"]
    importer.send("check", {"column-0": "", "column-1": "title"})
    run_due(importer.app)
    importer.bring_in()
    assert titles() == ["yes"]


def test_columns_are_guessed_by_labels_in_forms(alice, importer):
    importer.upload(lines("a,b,c", head="Owner,Title,Created"))
    page = importer.browser.fill(importer.page, f"{importer.page}/check").fields
    assert [page[f"column-{n}"] for n in range(3)] == ["user.email", "title", ""]
    assert "2 of 3 columns matched" in importer.look()


def test_a_choice_that_cannot_be_is_told(alice, importer):
    importer.upload(lines(f"a,b,{alice.email}", head="title,title,user.email"))
    assert "Duplicate headers: title" in importer.look()
    answer = importer.send("check", {"column-1": "title"})
    assert answer.status_code == 422
    assert "Title is used for two columns" in answer.text
    answer = importer.send("check", {"column-0": "", "column-1": ""})
    assert "Choose a column for Title" in answer.text


def test_all_or_nothing_is_nothing_when_one_does_not_fit_any_more(
    app, alice, bob, importer, titles, monkeypatch
):
    """Bob goes between the check and the import."""
    monkeypatch.setattr(jobs, "BATCH_SIZE", 2)
    rows = [f"n{n},,{bob.email if n == 5 else alice.email}" for n in range(8)]
    importer.check(lines(*rows))
    with app.app_context():
        db.session.execute(delete(User).where(User.id == bob.id))
        db.session.commit()
    page = importer.bring_in("all")
    assert "Row 7, user.email: No match Nothing was imported." in page
    assert titles() == []


def test_what_is_refused_late_is_skipped_and_named(app, alice, bob, importer, titles):
    importer.check(lines(f"a,,{alice.email}", f"b,,{bob.email}", f"c,,{alice.email}"))
    with app.app_context():
        db.session.execute(delete(User).where(User.id == bob.id))
        db.session.commit()
    importer.bring_in("good")
    assert titles() == ["a", "c"]
    assert [row for row, *_ in importer.errors()] == ["3"]


def test_all_or_nothing_is_not_begun_with_bad_rows(alice, importer, titles):
    importer.check(lines(f"a,,{alice.email}", "b,,"))
    answer = importer.send("rows", {"mode": "all"})
    assert answer.status_code == 422
    assert run_due(importer.app) == 0
    assert titles() == []


class Killed(BaseException):
    """As by kill -9: nothing more is done."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_one_that_is_killed_goes_on_where_it_was(when, app, alice, importer, titles, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH_SIZE", 10)
    importer.check(lines(*[f"n{n},,{alice.email}" for n in range(45)]))
    importer.send("rows", {"mode": "all"})
    note, calls = jobs._update, list[Any]()

    def die(run, **values):
        if when == "after":
            note(run, **values)
            if len(calls) == 2:
                db.session.commit()
        calls.append(values)
        if len(calls) == 3:
            raise Killed
        if when == "before":
            note(run, **values)

    with app.app_context():
        run_id = db.session.scalars(select(ImportRun.id)).one()
    monkeypatch.setattr(jobs, "_update", die)
    with pytest.raises(Killed), app.app_context():
        jobs.run_import(run_id)
    assert len(titles()) == (30 if when == "after" else 20)
    monkeypatch.setattr(jobs, "_update", note)
    run_due(app)
    assert titles() == [f"n{n}" for n in range(45)]


def test_one_that_lost_its_turn_writes_nothing(app, alice, importer, titles, monkeypatch):
    """Its worker fell silent, and another has begun by the time it wakes."""
    importer.check(lines(f"a,,{alice.email}"))
    importer.send("rows", {"mode": "all"})
    bring_in = writing.apply

    def late(plan, rows):
        done = bring_in(plan, rows)
        db.session.execute(update(ImportRun).values(attempt=ImportRun.attempt + 1))
        return done

    monkeypatch.setattr(jobs, "apply", late)
    run_due(app)
    assert titles() == []


def test_one_that_stopped_can_go_on_or_be_taken_back(app, alice, importer, titles, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH_SIZE", 10)
    for answer, expected in (("rows", 25), ("undoing", 0)):
        importer.check(lines(*[f"n{n},,{alice.email}" for n in range(25)]))
        importer.send("rows", {"mode": "all"})
        note, calls = jobs._update, list[Any]()

        def stop(run, calls=calls, note=note, **values):
            calls.append(note(run, **values))
            if len(calls) == 2:
                db.session.commit()
                raise JobCanceled

        with monkeypatch.context() as patch:
            patch.setattr(jobs, "_update", stop)
            run_due(app)
        assert "Stopped after row 21" in importer.look()
        assert len(titles()) == 20
        assert importer.send(answer).status_code == 303
        run_due(app)
        assert len(titles()) == expected
        with app.app_context():
            db.session.execute(delete(Thing))
            db.session.commit()


def test_it_is_for_who_uploaded_it_alone(app, alice, importer, make_user, sign_in):
    importer.check(lines(f"a,,{alice.email}", "b,,"))
    other = sign_in(make_user("dora@example.com", role="admin"))
    assert "rows.csv" not in other.get(LIST).text
    fields = {"csrf_token": other.token()}
    for path in ("", "/latest", "/errors.csv"):
        assert other.get(f"{importer.page}{path}").status_code == 404
    for path in ("format", "check", "rows", "undoing", "delete"):
        assert other.post(f"{importer.page}/{path}", fields).status_code == 404
    assert sign_in(alice).get(LIST).status_code == 403


def test_it_is_not_carried_out_for_who_may_no_longer(app, alice, carol, importer, titles):
    importer.check(lines(f"a,,{alice.email}"))
    importer.send("rows", {"mode": "all"})
    with app.app_context():
        db.session.execute(update(User).where(User.id == carol.id).values(role="user"))
        db.session.commit()
    run_due(app)
    assert titles() == []


@pytest.mark.parametrize(("mode", "stays"), [("all", 0), ("good", 10)])
def test_it_stops_for_who_is_demoted_meanwhile(
    mode, stays, app, alice, carol, importer, titles, monkeypatch
):
    monkeypatch.setattr(jobs, "BATCH_SIZE", 10)
    importer.check(lines(*[f"n{n},,{alice.email}" for n in range(25)]))
    importer.send("rows", {"mode": mode})
    bring_in = writing.apply

    def demote(plan, rows):
        db.session.execute(update(User).where(User.id == carol.id).values(role="user"))
        return bring_in(plan, rows)

    monkeypatch.setattr(jobs, "apply", demote)
    run_due(app)
    run_due(app)
    assert len(titles()) == stays


def test_a_heading_with_nul_is_told_of(app, alice, bob, importer, titles):
    page = importer.check(
        lines(f"a,,{alice.email}", f"b,,{bob.email}", head="title,body,e\0mail"),
        **{"column-2": "user.email"},
    )
    assert "2 of 2 rows are ready" in page
    with app.app_context():
        db.session.execute(delete(User).where(User.id == bob.id))
        db.session.commit()
    assert "Row 3, e\ufffdmail: No match" in importer.bring_in("all")
    assert titles() == []


def test_one_has_few_at_a_time(importer):
    for n in range(MAX_OPEN):
        importer.upload(lines(), f"{n}.csv")
    assert "Finish or delete one first" in importer.upload(lines(), status=422).text
    importer.page = importer.browser.get(LIST).text.partition(f'href="{LIST}')[2].partition('"')[0]
    importer.page = f"{LIST}{importer.page}"
    assert importer.send("delete").status_code == 303
    importer.upload(lines())


def test_it_is_not_gone_on_with_twice(app, alice, importer, titles):
    importer.check(lines(f"a,,{alice.email}"))
    form = importer.browser.fill(importer.page, f"{importer.page}/rows")
    assert importer.browser.send(form).status_code == 303
    assert importer.browser.send(form).status_code == 409
    run_due(app)
    assert importer.browser.send(form).status_code == 409
    assert titles() == ["a"]


def test_a_larger_body_is_taken_from_those_alone_who_may(alice, carol, sign_in):
    for user, status in ((alice, 413), (carol, 303)):
        browser = sign_in(user)
        # By hand, as the client of the tests would leave a file open.
        part = "--x\r\nContent-Disposition: form-data; name="
        body = f'{part}"csrf_token"\r\n\r\n{browser.token()}\r\n{part}"file"; filename="x.csv"\r\n'
        large = f"{body}\r\ntitle\n{'x' * 3 * 1024 * 1024}\r\n--x--\r\n"
        answer = browser.post(LIST, large, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == status


def test_what_is_kept_of_it_goes_after_a_week(app, alice, importer):
    importer.check(lines("b,,"))
    with app.app_context():
        file = db.session.scalars(select(ImportRun.file)).one()
        assert storage().get(f"{FOLDER}/{file}-0")
        db.session.execute(update(ImportRun).values(created_at=now() - timedelta(days=7)))
        db.session.commit()
        jobs.purge.enqueue()
        db.session.commit()
    run_due(app)
    with app.app_context():
        assert db.session.scalars(select(ImportBatch.id)).all() == []
        assert storage().get(f"{FOLDER}/{file}-0") is None
    assert importer.browser.get(importer.page).status_code == 404


def test_names_of_files_are_shown_and_no_more(alice, importer):
    importer.upload(lines(), "../../<b>x</b>.csv")
    assert "../../&lt;b&gt;x&lt;/b&gt;.csv" in importer.look()


def test_it_spells_text_in_one_form(importer, alice, titles):
    importer.check("title,user.email\nA\u0308rger,ALICE@example.com\n")
    importer.bring_in()
    assert titles() == ["\u00c4rger"]
