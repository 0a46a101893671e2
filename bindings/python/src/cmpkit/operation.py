"""One operation of an end entity: run as a whole, or step by step."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar, Unpack

from . import raw
from .certificate import Certificate
from .closing import Closing
from .context import Context, default_context
from .credentials import Credentials
from .ending import close_at_exit
from .errors import BadStateError
from .interrupt import interruptible
from .moment import Duration, Moment, milliseconds, now_or
from .octets import Octets
from .request import Request
from .tls import Tls
from .trust import Trust

T = TypeVar("T")


class Action(enum.IntEnum):
    """What is to be done next, and what to tell then."""

    SEND = raw.CMPKIT_ACTION_SEND
    """Carry `message()`; then `receive` or `lost`."""
    DECIDE = raw.CMPKIT_ACTION_DECIDE
    """Look at `offer()`; then `decide`."""
    KEEP = raw.CMPKIT_ACTION_KEEP
    """Make certificate and chain durable; then `kept` or `lost`."""
    DONE = raw.CMPKIT_ACTION_DONE
    """It is over, see `result()`. A failure is raised instead."""
    WAIT = raw.CMPKIT_ACTION_WAIT
    """The CA has not decided: let `check_after()` seconds pass; then `woken` or `lost`."""
    FETCH = raw.CMPKIT_ACTION_FETCH
    """Whether the signer of what came is revoked: `fetch()`, or by other ways from `fetch_url()`; then `fetched` or `lost`."""


@dataclass(frozen=True)
class Offer:
    """A new certificate with the right key and a trusted path: is it wanted?"""

    certificate: Certificate
    with_mods: bool
    """Granted otherwise than asked."""
    peer_text: str
    """The CA's words, escaped."""


class RunOptions(TypedDict, total=False):
    """What a run is given by name. The callbacks come from the thread that runs; what one raises ends the run and comes back as the same object."""

    timeout: Duration | None
    """The whole operation, 5 min where it is not said. A CA that wants to be asked again after that ends the run at once, with `DeadlineError`."""
    connect_timeout: Duration | None
    """To reach the peer: 10 s."""
    exchange_timeout: Duration | None
    """One message and its answer: 60 s."""
    memo: Octets | None
    """The application's own octets, saved beside the operation. See `saved_memo`."""
    exchange: Callable[[str, bytes], Octets] | None
    """Carries one message and returns the answer: a transport of the application's own. It is told the path label of RFC 9483 6.1, and the message."""
    policy: Callable[[Offer], bool] | None
    """Whether the new certificate is wanted; else the CA is told so, and the run is a `ProtocolError` named `wrong_certificate`."""
    keep: Callable[[Certificate, tuple[Certificate, ...]], object] | None
    """Makes certificate and chain durable; it is confirmed to the CA only after that."""
    waiting: Callable[[int, str], object] | None
    """The CA has not decided, and is asked again after so many seconds (RFC 9483 4.4); the CA's words, escaped."""
    trace: Callable[[bool, bytes], object] | None
    """Each message as it goes (True) or came (False)."""
    save: Callable[[bytes], object] | None
    """Makes the state durable in the place of the one before. Called before each action; see `resume`."""


class Operation(Closing, Generic[T]):
    """One operation, made from a `Request`. One thread at a time uses it, a second one is told `BadStateError`; `cancel` and `close` are for any.

    Either `run`, or step by step: `begin`, then do what each `Action` says and tell what came of it. There is no I/O in a step, but for `fetch`.
    """

    _raw: raw.Operation

    def __init__(self, request: Request[T], credentials: Credentials, *, trust: Trust | None = None, context: Context | None = None) -> None:
        self._request, self._needed = request, (credentials, trust, context)
        self._raw = request._open((context or default_context())._raw, credentials._raw, trust._raw if trust else None)
        close_at_exit(self)

    def run(self, url: str = "", *, tls: Tls | None = None, **options: Unpack[RunOptions]) -> T:
        """Blocks until it is over, without the interpreter's lock. url may be empty with `exchange` alone.

        In the main thread a KeyboardInterrupt cancels it; callbacks are then in a thread of their own, with a copy of the context variables.
        Raises what went wrong below `CmpkitError`, `CancelledError` after `cancel` or `close`, or what a callback has raised.
        """
        setters: list[Callable[[None], None]] = []
        try:
            self._set(setters, **options)
            interruptible(lambda: self._raw.run(url, tls._raw if tls else None), self.cancel)
        finally:
            self._forget(setters)
        return self.result()

    def _set(
        self,
        setters: list[Callable[[None], None]],
        *,
        timeout: Duration | None = None,
        connect_timeout: Duration | None = None,
        exchange_timeout: Duration | None = None,
        memo: Octets | None = None,
        **callbacks: Callable[..., Any] | None,
    ) -> None:
        """setters: takes those of the callbacks that were set."""
        for name in callbacks.keys() - _DIRECTORS.keys():
            raise TypeError(f"unexpected keyword argument {name!r}")
        self._raw.set_timeouts(milliseconds(connect_timeout), milliseconds(exchange_timeout), milliseconds(timeout))
        if memo is not None:
            self._raw.set_memo(memo)
        for name, function in callbacks.items():
            if function is not None:
                setter = getattr(self._raw, f"set_{name}")
                setters.append(setter)
                setter(_DIRECTORS[name](function))

    @staticmethod
    def _forget(setters: list[Callable[[None], None]]) -> None:
        # Not later than the run: they may refer to the operation, and no garbage collector sees a cycle through C++.
        for setter in setters:
            try:
                setter(None)
            except BadStateError:
                return  # closed, and gone with it

    def cancel(self) -> None:
        """From any thread: a run under way ends with `CancelledError`."""
        self._raw.cancel()

    def result(self) -> T:
        """What it brought. `BadStateError`: it is not over, or did not end well."""
        return self._request._read(self._raw)

    # Each step returns what is next. now: this moment where it is not said.

    def begin(self, now: Moment | None = None) -> Action:
        """The first step, also of what was saved."""
        return Action(self._raw.begin(now_or(now)))

    def receive(self, message: Octets, now: Moment | None = None) -> Action:
        """The answer came."""
        return Action(self._raw.receive(message, now_or(now)))

    def lost(self, why: str, now: Moment | None = None) -> Action:
        """What the action said could not be done."""
        return Action(self._raw.lost(why, now_or(now)))

    def decide(self, accept: bool, text: str = "", now: Moment | None = None) -> Action:
        """Whether the new certificate is wanted; text: for the CA, if it is not."""
        return Action(self._raw.decide(accept, text, now_or(now)))

    def kept(self, now: Moment | None = None) -> Action:
        """The certificate is durable."""
        return Action(self._raw.kept(now_or(now)))

    def woken(self, now: Moment | None = None) -> Action:
        """The time to wait has passed."""
        return Action(self._raw.woken(now_or(now)))

    def fetched(self, answer: Octets, now: Moment | None = None) -> Action:
        """What `fetch_url()` had."""
        return Action(self._raw.fetched(answer, now_or(now)))

    def fetch(self) -> bytes:
        """Gets what `fetch_url()` has, over the http transport, within the limits of the trust. Blocks. Raises `TransportError`."""
        return interruptible(self._raw.fetch)

    def fetch_url(self) -> str:
        """A CRL to GET; where `message()` is not empty, an OCSP responder to POST it to."""
        return self._raw.fetch_url()

    def message(self) -> bytes:
        """To be sent."""
        return self._raw.message()

    def label(self) -> str:
        """The path label of RFC 9483 6.1: `"initialization"` …"""
        return self._raw.label()

    def check_after(self) -> int:
        """Seconds to wait."""
        return self._raw.check_after()

    def offer(self) -> Offer:
        """What is to be decided on."""
        return Offer(Certificate(self._raw.certificate()), self._raw.with_mods(), self._raw.peer_text())

    def chain(self) -> tuple[Certificate, ...]:
        """The issuers of the new certificate, as far as they are known."""
        return Certificate.all_of_pem(self._raw.chain_pem())

    def peer_text(self) -> str:
        """The CA's words, escaped; empty if it said none."""
        return self._raw.peer_text()

    def save(self) -> bytes:
        """The state between two steps, for `resume`: no key and no secret is in it. `BadStateError`: the operation has failed, nothing is left of it."""
        return self._raw.save()

    def set_memo(self, memo: Octets) -> None:
        """The application's own octets, saved beside."""
        self._raw.set_memo(memo)

    def __repr__(self) -> str:
        return f"<Operation: {self._request.name}>"


class _Policy(raw.Policy):
    def __init__(self, policy: Callable[[Offer], bool]) -> None:
        super().__init__()
        self._policy = policy

    def accept(self, certificate: bytes, with_mods: bool, text: str) -> bool:
        return bool(self._policy(Offer(Certificate(certificate), with_mods, text)))


class _Keeper(raw.Keeper):
    def __init__(self, keep: Callable[[Certificate, tuple[Certificate, ...]], object]) -> None:
        super().__init__()
        self._keep = keep

    def keep(self, certificate: bytes, chain: bytes) -> None:
        self._keep(Certificate(certificate), Certificate.all_of_der(chain))


class _Waiter(raw.Waiter):
    def __init__(self, waiting: Callable[[int, str], object]) -> None:
        super().__init__()
        self._waiting = waiting

    def wait(self, check_after: int, text: str) -> None:
        self._waiting(check_after, text)


class _Tracer(raw.Tracer):
    def __init__(self, trace: Callable[[bool, bytes], object]) -> None:
        super().__init__()
        self._trace = trace

    def trace(self, sent: bool, message: bytes) -> None:
        self._trace(sent, message)


class _Carrier(raw.Carrier):
    def __init__(self, exchange: Callable[[str, bytes], Octets]) -> None:
        super().__init__()
        self._exchange = exchange

    def exchange(self, label: str, request: bytes, answer: raw.Sink) -> None:
        answer.write(self._exchange(label, request))


class _Saver(raw.Saver):
    def __init__(self, save: Callable[[bytes], object]) -> None:
        super().__init__()
        self._save = save

    def save(self, state: bytes) -> None:
        self._save(state)


_DIRECTORS: dict[str, Callable[[Callable[..., Any]], object]] = {
    "exchange": _Carrier,
    "policy": _Policy,
    "keep": _Keeper,
    "waiting": _Waiter,
    "trace": _Tracer,
    "save": _Saver,
}  # fmt: skip
