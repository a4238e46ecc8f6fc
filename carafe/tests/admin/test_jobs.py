"""Jobs: what waits, runs and failed, for admins to look at, to cancel and to try again."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from carafe.database import db
from carafe.jobs import Job, job, schedule
from carafe.jobs.models import WorkerRecord
from carafe.jobs.worker import run_due
from carafe.mail.jobs import deliver, encrypt_message
from carafe.mail.message import Message
from carafe.testing.clock import later
from carafe.testing.database import statements
from carafe.testing.lists import ids, walk
from carafe.time import now

BASE = "/admin/jobs/"
ran: list[str] = []


@job(queue="maintenance", retries=0)
def rattle(how: str, *, api_token: str = "", many: str = "") -> dict[str, str]:
    if how == "to fail":
        raise RuntimeError("a wheel came off")
    ran.append(how)
    return {"heard": how}


@pytest.fixture
def make(app):
    """Write jobs straight into the table; return their ids."""

    def rows(count=1, **values):
        row = {"name": "tests.sample", "queue": "default", "priority": 1, "arguments": [[], {}]}
        with app.app_context():
            made = [Job(**row | {"run_at": now()} | values) for _ in range(count)]
            db.session.add_all(made)
            db.session.commit()
            return [job_row.id for job_row in made]

    return rows


@pytest.fixture
def queue(app):
    """Queue a call; return the page about it."""

    def call(definition, *args, **kwargs):
        with app.app_context():
            id = definition.enqueue(*args, **kwargs)
            db.session.commit()
            return f"{BASE}{id}"

    return call


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


def test_it_is_for_administrators(alice, sam, visitor, sign_in, make):
    [id] = make()
    for path in (BASE, f"{BASE}{id}", f"{BASE}{id}/latest"):
        assert visitor.get(path).location == f"/auth/login?next={path}"
        for user in (alice, sam):
            assert sign_in(user).get(path).status_code == 403


def test_changes_are_for_those_with_the_permission(sam, sign_in, make, grant, forms_of, app):
    [id] = make()
    grant("jobs.read")
    browser = sign_in(sam)
    assert forms_of(browser, f"{BASE}{id}") == set()
    data = {"csrf_token": browser.token()}
    for below in ("cancellation", "attempts"):
        assert browser.post(f"{BASE}{id}/{below}", data).status_code == 403
    with app.app_context():
        assert db.session.get_one(Job, id).state == "queued"


def test_it_lists_the_newest_first_in_pages(admin, make):
    made = make(105)
    pages = walk(admin, BASE, BASE)
    assert [len(page) for page in pages] == [50, 50, 5]
    assert [id for page in pages for id in page] == made[::-1]


def test_it_finds_by_state_queue_and_name(admin, make):
    [failed] = make(state="failed", error="Traceback\nRuntimeError: a wheel came off")
    [mail] = make(queue="mail", name="mail.deliver")
    [waiting] = make()
    assert ids(admin.get(BASE).text, BASE) == [waiting, mail, failed]
    page = admin.get(f"{BASE}?state=failed").text
    assert ids(page, BASE) == [failed]
    assert "RuntimeError: a wheel came off" in page
    assert "Failed 1" in page
    assert ids(admin.get(f"{BASE}?queue=mail").text, BASE) == [mail]
    assert ids(admin.get(f"{BASE}?q=DELIV").text, BASE) == [mail]
    assert ids(admin.get(f"{BASE}?q=deliver&state=failed").text, BASE) == []
    assert ids(admin.get(f"{BASE}?q=100%25_").text, BASE) == []
    assert ids(admin.get(f"{BASE}?state=x&queue=x").text, BASE) == [waiting, mail, failed]


def test_it_finds_names_that_no_code_has_any_more_by_how_they_begin(admin, make):
    [gone] = make(name="shop.charge_cards")
    make(name="shoe.lace")
    assert ids(admin.get(f"{BASE}?q=shop.").text, BASE) == [gone]
    assert ids(admin.get(f"{BASE}?q=charge").text, BASE) == []


def test_many_are_tried_again_at_once(app, admin, carol, make, events):
    failed, [over] = make(3, state="failed", error="x"), make(state="succeeded")
    data = {"action": "retry", "id": [*failed, over]}
    page = admin.get(f"{BASE}run", query_string=data)
    assert "Only failed or canceled jobs can be retried." in page.text
    admin.send(admin.form(page, f"{BASE}run"))
    with app.app_context():
        states = [db.session.get_one(Job, id).state for id in [*failed, over]]
    assert states == ["queued"] * 3 + ["succeeded"]
    assert [event[:2] for event in events("job.retried")] == [
        (carol.email, f"job:{id}") for id in failed
    ]


def test_it_asks_a_fixed_number_of_questions(app, admin, make):
    asked = []
    for count in (1, 30):
        make(count, state="running", error="x", message="y")
        with statements(app) as seen:
            admin.get(BASE)
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 8


def test_it_shows_schedule_and_workers(app, admin):
    assert "Jobs stay queued until one starts" in admin.get(BASE).text
    with app.app_context():
        schedule.sync_table()
        db.session.add(WorkerRecord(id="here:1:a", queues="default mail", threads=2))
        gone = now() - timedelta(minutes=2)
        db.session.add(WorkerRecord(id="there:2:b", queues="default", threads=2, seen_at=gone))
        db.session.commit()
    page = admin.get(BASE).text
    assert "jobs.purge" in page
    assert "17 * * * *" in page
    assert page.index("here:1:a") < page.index(">Running<") < page.index("there:2:b")
    assert page.count(">Not responding<") == 1


def test_it_tells_how_one_went(app, admin, queue):
    page = queue(rattle, "softly", many="x" * 5000)
    assert ">Queued<" in admin.get(page).text
    run_due(app)
    text = admin.get(page).text
    assert ">Succeeded<" in text
    assert "softly" in text
    assert "attempt 1" in text
    assert "(5,000 characters)" in text
    assert "x" * 500 not in text


def test_it_shows_the_traceback_of_one_that_failed(app, admin, queue):
    page = queue(rattle, "to fail")
    run_due(app)
    text = admin.get(page).text
    assert "RuntimeError: a wheel came off" in text
    assert "in rattle" in text


def test_it_hides_secrets_and_what_is_encrypted(app, admin, queue):
    text = admin.get(queue(rattle, "softly", api_token="s3cr3t")).text
    assert "s3cr3t" not in text
    assert "api_token" in text
    with app.app_context():
        sealed = encrypt_message(
            Message(None, "a@example.com", "Hello", "", "<1@example.com>", "text", "html")
        )
    text = admin.get(queue(deliver, sealed)).text
    assert sealed[:100] not in text
    assert "encrypted" in text


def test_it_hides_secrets_at_any_depth(admin, make):
    secrets = [{"password": "s3cr3t"}, ["x", {"api_key": "s3cr3t"}]]
    arguments = [secrets, {"options": {"token": "s3cr3t", "size": 12}}]
    result = {"cookie": "s3cr3t", "url": "https://bob:s3cr3t@shop.example", "sold": 34}
    [id] = make(state="succeeded", arguments=arguments, result=result)
    text = admin.get(f"{BASE}{id}").text
    assert "s3cr3t" not in text
    assert "size" in text
    assert "shop.example" in text


def test_it_shows_progress_on_the_open_page(app, admin, make):
    [id] = make(state="running", done=3, total=4, message="Three of four", attempts=1)
    assert "Three of four" in admin.get(BASE).text
    assert f'hx-get="{BASE}{id}/latest"' in admin.get(f"{BASE}{id}").text
    part = admin.get(f"{BASE}{id}/latest")
    assert 'value="3" max="4"' in part.text
    unchanged = {"If-None-Match": part.headers["ETag"]}
    assert admin.get(f"{BASE}{id}/latest", headers=unchanged).status_code == 304
    with app.app_context():
        db.session.get_one(Job, id).state = "succeeded"
        db.session.commit()
    part = admin.get(f"{BASE}{id}/latest", headers=unchanged)
    assert ">Succeeded<" in part.text
    assert "hx-trigger=" not in part.text


def test_one_that_waits_is_canceled(app, admin, carol, queue, events):
    page = queue(rattle, "never")
    form = admin.fill(page, f"{page}/cancellation")
    for _ in range(2):
        answer = admin.send(form)
        assert (answer.status_code, answer.location) == (303, page)
    assert run_due(app) == 0
    assert ">Canceled<" in admin.get(page).text
    id = page.removeprefix(BASE)
    name = {"name": rattle.name}
    assert events("job.canceled") == [(carol.email, f"job:{id}", name)]


def test_one_that_runs_is_asked_to_stop(app, admin, queue):
    page = queue(rattle, "on")
    form = admin.fill(page, f"{page}/cancellation")
    with app.app_context():
        db.session.get_one(Job, int(page.removeprefix(BASE))).state = "running"
        db.session.commit()
    admin.send(form)
    text = admin.get(page).text
    assert ">Running<" in text
    assert "Stopping" in text


def test_one_that_is_over_cannot_be_canceled(app, admin, queue, events):
    page = queue(rattle, "softly")
    form = admin.fill(page, f"{page}/cancellation")
    run_due(app)
    assert admin.send(form).location == page
    assert "The job is already succeeded." in admin.get(page).text
    assert events("job.canceled") == []


@pytest.mark.parametrize("state", ["failed", "canceled"])
def test_one_that_failed_or_was_canceled_is_tried_again(app, admin, carol, make, events, state):
    ran.clear()
    arguments = [["again"], {}]
    [id] = make(state=state, name=rattle.name, queue=rattle.queue, arguments=arguments, failures=1)
    page = f"{BASE}{id}"
    assert admin.submit(page, action=f"{page}/attempts").location == page
    assert run_due(app) == 1
    assert ran == ["again"]
    assert [event[:2] for event in events("job.retried")] == [(carol.email, f"job:{id}")]


def test_nothing_else_is_tried_again(app, admin, make, events):
    data = {"csrf_token": admin.token()}
    for state in ("queued", "running", "succeeded"):
        [id] = make(state=state)
        page = f"{BASE}{id}"
        assert f"{page}/attempts" not in admin.get(page).text
        assert admin.post(f"{page}/attempts", data).location == page
        assert "Only failed or canceled jobs can be retried" in admin.get(page).text
    assert events("job.retried") == []


def test_one_that_is_gone_is_not_there(app, admin, make):
    [id] = make()
    data = {"csrf_token": admin.token()}
    with app.app_context():
        db.session.execute(delete(Job))
        db.session.commit()
    for below in ("", "/latest"):
        assert admin.get(f"{BASE}{id}{below}").status_code == 404
    for below in ("/cancellation", "/attempts"):
        assert admin.post(f"{BASE}{id}{below}", data).status_code == 404


def test_changes_ask_for_a_proof(app, admin, make):
    [id] = make()
    form = admin.fill(f"{BASE}{id}", f"{BASE}{id}/cancellation")
    later(app, minutes=11)
    assert admin.send(form).location.startswith("/auth/reauthenticate")
    with app.app_context():
        assert db.session.get_one(Job, id).state == "queued"


def test_a_job_of_older_code_is_shown(admin, make):
    [id] = make(name="gone.forever", arguments=[[1, "two"], {"three": 3}], priority=7)
    text = admin.get(f"{BASE}{id}").text
    assert "argument 1" in text
    assert "three" in text
