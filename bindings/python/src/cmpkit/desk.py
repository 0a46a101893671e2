"""The operators' desks: of a CA, and of a registration authority."""

from __future__ import annotations

import json
from typing import Any

from . import raw
from .certificate import Crl, Certificate
from .key import Key, KeyLike
from .moment import Moment, now_or, unix_seconds


class CaDesk:
    """The desk of one CA of a responder; any thread. It also works on a running server's store from another process."""

    def __init__(self, responder: raw.Responder, ca: str) -> None:
        self._raw, self._ca = responder, ca

    def find(
        self, *, state: str = "", subject: str = "", requester: str = "", serial: str | int = "", expires_before: Moment | None = None
    ) -> list[dict[str, Any]]:
        """Certificates that fit all that is said: `serial`, `subject`, `state`, `requester`, `notAfter` … of each.

        state: `unconfirmed`, `valid`, `updated`, `revoked`. subject, requester: a part of it. serial: decimal, or hexadecimal after `0x`.
        """
        search = raw.Search()
        search.state, search.subject, search.requester, search.serial = state, subject, requester, str(serial)
        search.expires_before = unix_seconds(expires_before)
        found: list[dict[str, Any]] = json.loads(self._raw.ca_find(self._ca, search))
        return found

    def revoke(self, serial: str | int, *, reason: str = "", invalid_since: Moment | None = None, now: Moment | None = None) -> None:
        """Revokes a certificate; invalid_since is told on the CRL (invalidityDate, RFC 5280 5.3.2), and may not be to come. `NotFoundError`: there is none."""
        self._raw.ca_revoke(self._ca, str(serial), reason, unix_seconds(invalid_since), now_or(now))

    def pending(self) -> list[dict[str, Any]]:
        """Requests that wait for the operator: `id`, `type`, `subject`, `details`, `requester`, `verdict`, `askedAt` of each."""
        found: list[dict[str, Any]] = json.loads(self._raw.ca_pending(self._ca))
        return found

    def approve(self, id: str) -> None:
        """The requester learns it when it asks again. id: its first digits do, if no other request begins with them. `NotFoundError`: no such request waits."""
        self._raw.ca_approve(self._ca, id)

    def reject(self, id: str, reason: str = "") -> None:
        """The same; reason: for the requester."""
        self._raw.ca_reject(self._ca, id, reason)

    def crl(self, now: Moment | None = None) -> Crl:
        """A fresh CRL."""
        return Crl.all_of_pem(self._raw.ca_crl(self._ca, now_or(now)))[0]

    def rollover(self, root_key: KeyLike, new_key: KeyLike, *, days: int | None = None, now: Moment | None = None) -> tuple[Certificate, ...]:
        """Puts a new root in the place of the newest one (RFC 9810 4.4): the new root, newWithOld, oldWithNew, and the CA below the root certified anew.

        root_key: the old root's. new_key: made, and kept, by the caller. days: 20 years where they are not said. A server hands out its new chain after `reload`.
        """
        return Certificate.all_of_pem(self._raw.ca_rollover(self._ca, Key.of(root_key)._raw, Key.of(new_key)._raw, days or 0, now_or(now)))


class RaDesk:
    """The registration officer's desk; any thread. `BadStateError`: the configuration is that of a CA."""

    def __init__(self, responder: raw.Responder) -> None:
        self._raw = responder

    def pending(self) -> list[dict[str, Any]]:
        """Requests that wait for the officer, with what they ask for, who asks, and where they would go on to."""
        found: list[dict[str, Any]] = json.loads(self._raw.ra_pending())
        return found

    def approve(self, id: str) -> None:
        """It goes on when its requester asks again."""
        self._raw.ra_approve(id)

    def reject(self, id: str, reason: str = "") -> None:
        """reason: for the requester."""
        self._raw.ra_reject(id, reason)
