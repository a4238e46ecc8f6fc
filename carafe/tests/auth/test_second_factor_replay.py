"""Codes that were used, and clocks that are wrong."""

from pathlib import Path

import pytest

from carafe.testing.clock import change_limits
from carafe.testing.two_factor import enroll, is_logged_in, set_up, submit_code

pytestmark = pytest.mark.any_database


@pytest.fixture
def totp(app, alice, clock):
    """Alice's app, some minutes after she set it up."""
    totp, _ = enroll(app, alice)
    clock.step += 20
    return totp


@pytest.fixture
def try_code(alice, challenge):
    def attempt(code):
        browser = challenge(alice)
        answer = submit_code(browser, code)
        assert is_logged_in(browser) == (answer.status_code == 303)
        return answer

    return attempt


@pytest.mark.parametrize("later", [-1, 0, 1])
def test_it_accepts_a_step_of_drift(later, totp, try_code):
    assert try_code(totp.code(later)).status_code == 303


def test_it_explains_more_and_refuses_it(totp, alice, challenge):
    browser = challenge(alice)
    reasons = {
        -2: "clock is 1 minute slow",
        2: "clock is 1 minute fast",
        -6: "That code is 3 minutes old",
        10: "clock is 5 minutes fast",
    }
    for later, reason in reasons.items():
        answer = submit_code(browser, totp.code(later))
        assert answer.status_code == 422, reason
        assert reason in answer.text
    assert not is_logged_in(browser)


def test_it_explains_nothing_beyond_five_minutes(totp, alice, challenge):
    browser = challenge(alice)
    for later in (-11, 11, 3000):
        answer = submit_code(browser, totp.code(later))
        assert answer.status_code == 422, later
        assert "clock" not in answer.text, later
        assert "That code isn&#39;t right." in answer.text, later
    assert not is_logged_in(browser)


def test_it_accepts_the_right_time_after_a_wrong_one(totp, try_code):
    assert try_code(totp.code(8)).status_code == 422
    assert try_code(totp.code()).status_code == 303


def test_it_does_not_wait_for_a_guess_to_become_right(totp, try_code, clock):
    """Who is told that a guess is a code of the future could come back with it then."""
    guess = totp.code(4)
    assert "fast" in try_code(guess).text
    clock.step += 4
    answer = try_code(guess)
    assert answer.status_code == 422
    assert "already been used" in answer.text
    clock.step += 1
    assert try_code(totp.code()).status_code == 303


def test_it_refuses_a_code_again(totp, try_code, clock):
    code = totp.code()
    assert try_code(code).status_code == 303
    answer = try_code(code)
    assert answer.status_code == 422
    assert "That code has already been used." in answer.text
    clock.step += 1
    assert try_code(code).status_code == 422


def test_it_refuses_codes_before_one_that_was_used(totp, try_code):
    assert try_code(totp.code(1)).status_code == 303
    assert try_code(totp.code(0)).status_code == 422
    assert try_code(totp.code(-1)).status_code == 422


def test_it_refuses_the_code_of_the_set_up(alice, sign_in, clock, try_code):
    made, _ = set_up(sign_in(alice))
    assert try_code(made.code()).status_code == 422
    assert try_code(made.code(1)).status_code == 303


def test_it_remembers_what_was_used_without_the_counters(app, totp, try_code, clock):
    """They stand in a file that may be lost; the step stands with the secret."""
    code = totp.code()
    assert try_code(code).status_code == 303
    change_limits(Path(app.instance_path), "DELETE FROM hit")
    assert try_code(code).status_code == 422
