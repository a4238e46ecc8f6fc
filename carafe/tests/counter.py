"""The app with a counter that is read and then written, for `gunicorn carafe.tests.counter:app`."""

from sqlalchemy import text

from carafe.database import db
from carafe.tests.site import create_app
from carafe.web.routing import public

app = create_app()


@app.post("/counter/start")
@public
def start():
    db.session.execute(text("CREATE TABLE counter (n INTEGER)"))
    db.session.execute(text("INSERT INTO counter VALUES (0)"))
    db.session.commit()
    return "started"


@app.post("/counter")
@public
def increment():
    n = db.session.scalar(text("SELECT n FROM counter"))
    db.session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})
    db.session.commit()
    return "counted"


@app.get("/counter")
@public
def count():
    return str(db.session.scalar(text("SELECT n FROM counter")))
