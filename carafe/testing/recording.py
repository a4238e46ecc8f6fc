"""Apps that record, with pages that each have a problem."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, request
from sqlalchemy import Table, select, text

from carafe.auth.jobs import delete_account
from carafe.auth.users import user_model
from carafe.database import db, write_transaction
from carafe.observability import recorder, store
from carafe.observability.observations import Observations
from carafe.testing.apps import another_app
from carafe.web.routing import public

# As if it stood in the app: the place of a fault is looked for there.
FAULTY = """
def one_by_one():
    for _ in range(6):
        db.session.scalars(select(user_model().email)).all()
    return "one by one"

def queue_all():
    db.session.scalars(select(user_model().email)).all()
    with write_transaction():
        for number in range(6):
            delete_account.enqueue(number)
        db.session.commit()
    return "queued"
"""


@contextmanager
def recording_app(app: Flask, **settings: Any) -> Iterator[Flask]:
    """Return an app that has recorded nothing yet, and records everything from now on."""
    defaults = {"RECORDER_SAMPLE_RATE": 1.0, "SLOW_QUERY_MS": 0, "PROPAGATE_EXCEPTIONS": False}
    with another_app(app, **defaults | settings) as made:
        _add_faulty_pages(made)
        with made.app_context():
            records = store.get_store()
            with records.engine.begin() as connection:
                store.metadata.drop_all(connection)
            records.close()
        yield made
        records.close()
        if "recorder" in made.extensions:  # the thread continues
            made.extensions["recorder"].current_observations = Observations()
            made.extensions["recorder"].unflushed.clear()


def _add_faulty_pages(app: Flask) -> None:
    names: dict[str, Any] = {
        "db": db,
        "delete_account": delete_account,
        "select": select,
        "user_model": user_model,
        "write_transaction": write_transaction,
    }
    exec(compile(FAULTY, str(Path(app.root_path) / "faulty" / "views.py"), "exec"), names)
    app.get("/one-by-one")(public(names["one_by_one"]))
    app.get("/queue-all")(public(names["queue_all"]))

    @app.get("/many")
    @public
    def many() -> str:
        column = user_model().id
        query = select(column).where(column.in_(range(int(request.args["ids"]))))
        return str(len(db.session.scalars(query).all()))

    @app.get("/by-hand")
    @public
    def by_hand() -> str:
        db.session.execute(text(f"SELECT '{request.args['text']}', 'constant'"))
        return "by hand"

    @app.route("/broken", methods=["GET", "POST"])
    @public
    def broken() -> str:
        try:
            raise LookupError(request.args["text"])
        except LookupError as error:
            failure = RuntimeError(request.args["text"])
            raise failure from (failure if "ring" in request.args else error)


def rows(app: Flask, table: Table) -> list[Any]:
    """Return what is stored, after writing the observations."""
    recorder.flush(app)
    with app.app_context(), store.get_store().engine.connect() as connection:
        return list(connection.execute(table.select()).all())
