"""What was changed, inserted or taken away past the app is found and named."""

import pytest

from app.audit import jobs

A_HASH = "12" * 32
INSERT = (
    "INSERT INTO audit_event (id, at, action, details, salt, digest, hash)"
    " SELECT {id}, at, 'user.promoted', details, salt, digest, hash FROM audit_event WHERE id = 3"
)


@pytest.fixture(autouse=True)
def five(happen):
    happen("a.done", "b.done", "c.done", "d.done", "e.done", subject="thing:1", weight=3)


def test_it_is_content_with_what_the_app_wrote(verify, app):
    assert verify() == []
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert "5 events were read.\nThe last is 5:" in result.stdout


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'mallory@example.com'",
        "address = '192.0.2.66'",
        "request_id = 'another'",
        "details = '{\"weight\": 4}'",
        "details = 'null'",
        "digest = hash",
    ],
)
def test_it_finds_changed_content(change, past_the_app, verify):
    past_the_app(f"UPDATE audit_event SET {change} WHERE id = 3")
    assert any(line.startswith("3: actor, address, details or request") for line in verify())


@pytest.mark.parametrize(
    "change",
    [
        "action = 'c.undone'",
        "subject = NULL",
        "at = '2020-01-01 00:00:00.000000'",
        "hash = digest",
    ],
)
def test_it_finds_changed_identity(change, past_the_app, verify):
    past_the_app(f"UPDATE audit_event SET {change} WHERE id = 3")
    assert verify()[0].startswith("3: it does not follow")


def test_it_finds_two_that_changed_places(past_the_app, verify):
    past_the_app(
        "UPDATE audit_event SET id = 30 WHERE id = 3",
        "UPDATE audit_event SET id = 3 WHERE id = 2",
        "UPDATE audit_event SET id = 2 WHERE id = 30",
    )
    assert [line.split(":")[0] for line in verify()] == ["2", "3"]


def test_it_finds_that_one_is_missing(past_the_app, verify):
    past_the_app("DELETE FROM audit_event WHERE id = 3")
    [problem] = verify()
    assert problem.startswith("4: 3 is missing before it")


def test_it_finds_that_the_first_ones_are_missing(past_the_app, verify):
    past_the_app("DELETE FROM audit_event WHERE id < 4")
    [problem] = verify()
    assert problem.startswith("4: 1 to 3 are missing before it")


def test_it_finds_one_inserted(past_the_app, verify):
    later = [f"UPDATE audit_event SET id = {id + 1} WHERE id = {id}" for id in (5, 4)]
    past_the_app(*later, INSERT.format(id=4))
    assert any(line.startswith("4: it does not follow") for line in verify())


@pytest.mark.parametrize("id", [0, -7])
def test_it_finds_one_before_the_first(id, past_the_app, verify):
    past_the_app(INSERT.format(id=id))
    assert verify()[-1].startswith(f"{id}: it was inserted")


def test_it_finds_one_appended(past_the_app, verify):
    past_the_app(INSERT.format(id=6))
    assert any(line.startswith("6: it does not follow") for line in verify())


def test_it_finds_the_end_cut_off_by_what_was_kept(end, past_the_app, verify, happen):
    kept = end()
    past_the_app("DELETE FROM audit_event WHERE id > 3")
    assert verify() == []
    assert verify("--expect", kept) == ["5: 4 to 5 are missing at the end"]
    happen("f.done", "g.done")
    [problem] = verify("--expect", kept)
    assert "written anew" in problem


def test_it_is_content_when_what_was_kept_is_there(end, happen, verify):
    kept = end()
    happen("f.done")
    assert verify("--expect", kept) == []
    assert verify("--expect", kept, "--since", "6") == [
        "5: it is before what was read, so nothing can be compared with it"
    ]


def test_it_reads_from_an_event_on(past_the_app, verify):
    past_the_app("UPDATE audit_event SET actor = 'mallory' WHERE id = 2")
    assert len(verify("--since", "2")) == 1
    assert verify("--since", "3") == []
    past_the_app("UPDATE audit_event SET hash = digest WHERE id = 2")
    assert len(verify("--since", "3")) == 1


@pytest.mark.parametrize("place", ["5", f"x:{A_HASH}", f"{'9' * 5000}:{A_HASH}", "5:1234"])
def test_it_refuses_what_is_no_place(place, app):
    result = app.test_cli_runner().invoke(args=["audit", "verify", "--expect", place])
    assert result.exit_code == 2
    assert "what an earlier run printed" in result.output


def test_it_refuses_what_is_no_number_of_an_event(app):
    for number in ("0", "9" * 20):
        result = app.test_cli_runner().invoke(args=["audit", "verify", "--since", number])
        assert result.exit_code == 2


def test_it_is_content_with_an_empty_trail(past_the_app, verify):
    past_the_app("DELETE FROM audit_event")
    assert verify() == []
    assert verify("--expect", f"5:{A_HASH}") == ["5: 1 to 5 are missing at the end"]


def test_its_end_is_logged_each_night(app, caplog, end):
    with app.app_context(), caplog.at_level("INFO"):
        jobs.log_end()
    assert f"The audit trail ends with {end()}" in caplog.text
