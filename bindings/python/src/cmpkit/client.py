"""The client: an end entity that asks one server."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, Unpack

from . import request
from .context import Context
from .credentials import Credentials
from .methods import as_method
from .operation import Operation, RunOptions
from .request import Request
from .tls import Tls
from .trust import Trust

P = ParamSpec("P")
T = TypeVar("T")


def _runs(make: Callable[P, Request[T]]) -> Callable[Concatenate[Client, P], T]:
    """A method that makes the request and runs it."""

    def method(client: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.run(make(*args, **kwargs))

    as_method(make, method)
    return method


class Client:
    """Asks the server at `url`, or that behind an `exchange` of the application's own. Any number of threads may use it at the same time.

        client = Client("http://127.0.0.1:8080", Credentials.secret("dev1", secret), trust=Trust(anchors=Path("root.pem")))
        issued = client.enroll(Key.generate("ec:P-256"), subject="CN=dev1")

    url: its scheme selects the transport. trust: whose answers count; without one nobody's signature does. tls: for https and the like.
    context: `default_context()` where there is none. options: what each run is given, see `RunOptions`.

    Each method blocks until the operation is over, without the interpreter's lock, and raises as `Operation.run` does.
    """

    def __init__(
        self, url: str, credentials: Credentials, *, trust: Trust | None = None, tls: Tls | None = None, context: Context | None = None, **options: Unpack[RunOptions]
    ) -> None:
        self.url = url
        self._credentials, self._trust, self._tls, self._context, self._options = credentials, trust, tls, context, options
        self._running: set[Operation[Any]] = set()
        self._lock = threading.Lock()

    def operation(self, request: Request[T]) -> Operation[T]:
        """An operation of this client's, to be run or stepped through by hand."""
        return Operation(request, self._credentials, trust=self._trust, context=self._context)

    def run(self, request: Request[T]) -> T:
        """Asks for it. The methods below do this with the request of their name."""
        operation = self.operation(request)
        with self._lock:
            self._running.add(operation)
        try:
            return operation.run(self.url, tls=self._tls, **self._options)
        except BaseException:
            operation.close()  # the traceback keeps this frame
            raise
        finally:
            with self._lock:
                self._running.discard(operation)

    def cancel(self) -> None:
        """From any thread: all that this client is asking for now ends with `CancelledError`."""
        with self._lock:
            running = list(self._running)
        for operation in running:
            operation.cancel()

    enroll = _runs(request.enroll)
    update = _runs(request.update)
    enroll_pkcs10 = _runs(request.enroll_pkcs10)
    revoke = _runs(request.revoke)
    ca_certificates = _runs(request.ca_certificates)
    root_update = _runs(request.root_update)
    request_template = _runs(request.request_template)
    crls = _runs(request.crls)
    information = _runs(request.information)
    all_information = _runs(request.all_information)
    resume = _runs(request.resume)

    def __repr__(self) -> str:
        url = re.sub(r"//[^/@]*@", "//", self.url)  # what stands there may be a password
        return f"<Client of {url or 'an exchange'}, {self._credentials!r}>"
