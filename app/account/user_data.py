"""The columns of a user, for the export of personal data."""

from collections.abc import Iterator

from sqlalchemy import select

from app.auth.models import User
from carafe.tabular import iter_dicts


def profile(user_id: int) -> Iterator[dict[str, object]]:
    columns = (
        User.email, User.name, User.role, User.time_zone,
        User.created_at, User.confirmed_at, User.suspended_at, User.deletes_at, User.last_active_on,
    )  # fmt: skip
    return iter_dicts(select(*columns).where(User.id == user_id))
