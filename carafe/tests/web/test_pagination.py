"""Pages of a list are found by the last columns of its statement."""

import pytest
from sqlalchemy import select

from carafe.tests.site.models import Thing
from carafe.web import paginate


@pytest.mark.parametrize(
    "columns",
    [
        (Thing.created_at, Thing.id, Thing.title),
        (Thing.title, Thing.id, Thing.created_at),
        (Thing.id,),
    ],
)
def test_it_refuses_a_statement_that_does_not_end_with_the_sort_key(app, columns):
    with app.test_request_context(), pytest.raises(ValueError, match="must be created_at, id"):
        paginate(select(*columns), Thing.created_at, Thing.id)


def test_it_accepts_one_that_does(app):
    with app.test_request_context():
        page = paginate(select(Thing.title, Thing.created_at, Thing.id), Thing.created_at, Thing.id)
    assert list(page.rows) == []
