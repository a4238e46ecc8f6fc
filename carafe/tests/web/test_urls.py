"""`url_for` in templates."""

from flask import render_template_string


def test_it_begins_with_the_path_of_the_site(make_app):
    app = make_app()
    for root in ("", "/below", ""):
        with app.test_request_context("/", base_url=f"http://localhost{root}"):
            url = render_template_string("{{ url_for('auth.login') }}")
            assert url == f"{root}/auth/login"


def test_it_differs_by_arguments(make_app):
    app = make_app()
    with app.test_request_context("/"):
        template = "{{ url_for('auth.login') }} {{ url_for('auth.login', next='/x') }}"
        assert render_template_string(template) == "/auth/login /auth/login?next=/x"
