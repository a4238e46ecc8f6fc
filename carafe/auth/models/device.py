"""Devices from which a user has logged in, to notify them of new ones."""

from __future__ import annotations

import hashlib
from datetime import datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, LargeBinary, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models.session import Session
from carafe.auth.user_agents import device_label, device_name
from carafe.database import Base, db
from carafe.network import parse_ip
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

MAX_DEVICES = 50
# A phone's address changes all day within its provider's network.
IPV4_NETWORK_BITS, IPV6_NETWORK_BITS = 16, 32


class KnownDevice(Base):
    """A kind of browser in a network, as a hash: enough to recognize, too little to track."""

    __tablename__ = "known_device"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)

    @classmethod
    def remember(cls, user: UserMixin, agent: str, address: str) -> None:
        """Remember what the user logs in with, and notify them if it is new.

        An account's first device needs no notification: nobody else can have used it.
        """
        fingerprint = _fingerprint(agent, address)
        values = {"user": user.id, "device": fingerprint, "time": now()}
        # Most logins are from a known device, and need no more than this.
        if db.session.connection().execute(_SEEN_AGAIN, values).rowcount:
            return
        user.lock()  # if two logins from a new device happen at once, one finds it known
        fingerprints = cls._fingerprints(user.id) or cls._seed_from_sessions(user.id)
        if fingerprint in fingerprints:
            fingerprints[fingerprint].last_seen_at = now()
            return
        db.session.add(cls(user_id=user.id, fingerprint=fingerprint, last_seen_at=now()))
        for oldest in sorted(fingerprints.values(), key=lambda d: d.last_seen_at)[
            : 1 - MAX_DEVICES
        ]:
            db.session.delete(oldest)
        if fingerprints:
            cls._notify_new_device(user, agent, address)

    @classmethod
    def delete_since(cls, user_id: int, since: datetime) -> None:
        """Forget what the user, or someone posing as them, logged in with since then."""
        db.session.execute(delete(cls).where(cls.user_id == user_id, cls.last_seen_at >= since))

    @classmethod
    def _fingerprints(cls, user_id: int) -> dict[bytes, KnownDevice]:
        devices = db.session.scalars(select(cls).where(cls.user_id == user_id))
        return {device.fingerprint: device for device in devices}

    @classmethod
    def _seed_from_sessions(cls, user_id: int) -> dict[bytes, KnownDevice]:
        """Add devices from existing sessions, if the user logged in before devices were stored."""
        newest = db.session.execute(
            select(Session.agent, Session.address, Session.last_seen_at)
            .where(Session.user_id == user_id)
            .order_by(Session.last_seen_at.desc())
            .limit(MAX_DEVICES - 1)
        ).all()
        seen = {_fingerprint(agent, address): at for agent, address, at in reversed(newest)}
        devices = [cls(user_id=user_id, fingerprint=f, last_seen_at=at) for f, at in seen.items()]
        db.session.add_all(devices)
        return {device.fingerprint: device for device in devices}

    @staticmethod
    def _notify_new_device(user: UserMixin, agent: str, address: str) -> None:
        record("device.added", user.subject, actor=user.email, device=device_label(agent))
        mail.send(
            user.email,
            "auth/emails/new_device",
            user=user,
            device=device_name(agent),
            address=address,
            at=now(),
            reset_url=pages.url("reset"),
        )


_SEEN_AGAIN = (
    update(KnownDevice)
    .where(KnownDevice.user_id == bindparam("user"), KnownDevice.fingerprint == bindparam("device"))
    .values(last_seen_at=bindparam("time"))
)


def _fingerprint(agent: str, address: str) -> bytes:
    return hashlib.sha256(f"{device_label(agent)}\n{_network_prefix(address)}".encode()).digest()


def _network_prefix(text: str) -> str:
    address = parse_ip(text)
    if address is None:
        return text
    bits = IPV4_NETWORK_BITS if address.version == 4 else IPV6_NETWORK_BITS
    return str(ip_network((address, bits), strict=False))
