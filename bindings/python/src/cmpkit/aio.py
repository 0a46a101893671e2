"""The client for asyncio: the methods of `cmpkit.Client` as coroutines.

With an `exchange` of the application's own, which is a coroutine function, all of it happens on the event loop: no thread, and no I/O but what that function does.
With a URL a thread carries the messages. A task that is cancelled cancels the operation, and ends when that has ended. Callbacks may be functions or coroutine
functions, and are called on the event loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypedDict, TypeVar, Unpack

from . import request
from .certificate import Certificate
from .context import Context
from .credentials import Credentials
from .ending import under_way
from .errors import CmpkitError, DeadlineError
from .methods import as_method
from .moment import Duration, milliseconds
from .octets import Octets
from .operation import Action, Offer, Operation, RunOptions
from .request import Request
from .tls import Tls
from .trust import Trust

P = ParamSpec("P")
T = TypeVar("T")

_TOTAL, _EXCHANGE = 300.0, 60.0  # seconds: as those of a blocking run


class AsyncRunOptions(TypedDict, total=False):
    """As `RunOptions`; what is called may be a coroutine function, and `exchange` is one."""

    timeout: Duration | None
    connect_timeout: Duration | None
    exchange_timeout: Duration | None
    memo: Octets | None
    exchange: Callable[[str, bytes], Awaitable[Octets]] | None
    """What it raises ends the operation: to send the same octets again is its own affair."""
    policy: Callable[[Offer], bool | Awaitable[bool]] | None
    keep: Callable[[Certificate, tuple[Certificate, ...]], object] | None
    waiting: Callable[[int, str], object] | None
    trace: Callable[[bool, bytes], object] | None
    save: Callable[[bytes], object] | None


def _awaits(make: Callable[P, Request[T]]) -> Callable[Concatenate[Client, P], Coroutine[Any, Any, T]]:
    """A method that makes the request and runs it."""

    async def method(client: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await client.run(make(*args, **kwargs))

    as_method(make, method)
    return method


class Client:
    """Asks the server at `url`, or that behind an `exchange` coroutine function; see `cmpkit.Client`. Any number of tasks may use it at the same time."""

    def __init__(
        self, url: str, credentials: Credentials, *, trust: Trust | None = None, tls: Tls | None = None, context: Context | None = None, **options: Unpack[AsyncRunOptions]
    ) -> None:
        self.url = url
        self._credentials, self._trust, self._tls, self._context, self._options = credentials, trust, tls, context, options

    async def run(self, request: Request[T]) -> T:
        """Asks for it. The methods below do this with the request of their name."""
        operation = Operation(request, self._credentials, trust=self._trust, context=self._context)
        try:
            if self._options.get("exchange") is not None:
                await _Walk(operation, self._options).run()
                return operation.result()
            loop = asyncio.get_running_loop()
            options: RunOptions = {}
            for name, value in self._options.items():
                options[name] = partial(_call_on, loop, value) if callable(value) else value  # type: ignore[literal-required]
            return await _in_thread(lambda: operation.run(self.url, tls=self._tls, **options), operation.cancel)
        except BaseException:
            operation.close()
            raise

    enroll = _awaits(request.enroll)
    update = _awaits(request.update)
    enroll_pkcs10 = _awaits(request.enroll_pkcs10)
    revoke = _awaits(request.revoke)
    ca_certificates = _awaits(request.ca_certificates)
    root_update = _awaits(request.root_update)
    request_template = _awaits(request.request_template)
    crls = _awaits(request.crls)
    information = _awaits(request.information)
    all_information = _awaits(request.all_information)
    resume = _awaits(request.resume)


class _Walk:
    """The steps of one operation on the event loop."""

    def __init__(self, operation: Operation[Any], options: AsyncRunOptions) -> None:
        self._operation, self._options = operation, options
        self._ends = asyncio.get_running_loop().time() + _seconds(options.get("timeout"), _TOTAL)
        self._trouble: Exception | None = None  # of a callback: the CA is told, then it is raised

    async def run(self) -> None:
        if (memo := self._options.get("memo")) is not None:
            self._operation.set_memo(memo)
        try:
            async with asyncio.timeout_at(self._ends) as limit:
                await self._steps()
        except CmpkitError:
            if self._trouble is not None:
                raise self._trouble from None
            raise
        except TimeoutError:
            if limit.expired():
                raise _deadline("the time for the operation is over") from None
            raise
        if self._trouble is not None:
            raise self._trouble

    async def _steps(self) -> None:
        action = self._operation.begin()
        while True:
            if (save := self._options.get("save")) is not None:
                await _called(save, self._operation.save())
            if action is Action.DONE:
                return
            action = await self._DO[action](self)

    async def _send(self) -> Action:
        message = self._operation.message()
        await self._trace(True, message)
        exchange = self._options["exchange"]
        assert exchange is not None
        try:
            async with asyncio.timeout(_seconds(self._options.get("exchange_timeout"), _EXCHANGE)) as limit:
                answer = await exchange(self._operation.label(), message)
        except TimeoutError:
            if limit.expired():
                raise _deadline("one message and its answer took too long") from None
            raise
        await self._trace(False, bytes(answer))
        return self._operation.receive(answer)

    async def _trace(self, sent: bool, message: bytes) -> None:
        if (trace := self._options.get("trace")) is not None:
            await _called(trace, sent, message)

    async def _decide(self) -> Action:
        policy, wanted = self._options.get("policy"), True
        if policy is not None:
            try:
                wanted = bool(await _called(policy, self._operation.offer()))
            except Exception as trouble:
                self._trouble, wanted = trouble, False
        return self._operation.decide(wanted)

    async def _keep(self) -> Action:
        if (keep := self._options.get("keep")) is not None:
            try:
                await _called(keep, self._operation.offer().certificate, self._operation.chain())
            except Exception as trouble:
                self._trouble = trouble
                return self._operation.lost("the certificate cannot be kept")
        return self._operation.kept()

    async def _wait(self) -> Action:
        seconds = self._operation.check_after()
        if (waiting := self._options.get("waiting")) is not None:
            await _called(waiting, seconds, self._operation.peer_text())
        if asyncio.get_running_loop().time() + seconds > self._ends:
            raise _deadline("the CA wants to be asked again after the time for the operation")
        await asyncio.sleep(seconds)
        return self._operation.woken()

    async def _fetch(self) -> Action:
        try:
            answer = await _in_thread(self._operation.fetch, self._operation.cancel)
        except CmpkitError as failure:
            return self._operation.lost(str(failure))
        return self._operation.fetched(answer)

    _DO = {Action.SEND: _send, Action.DECIDE: _decide, Action.KEEP: _keep, Action.WAIT: _wait, Action.FETCH: _fetch}


def _seconds(duration: Duration | None, otherwise: float) -> float:
    return milliseconds(duration) / 1000 if duration is not None else otherwise


def _deadline(detail: str) -> DeadlineError:
    error = DeadlineError(f"transport: deadline: {detail}")
    error.layer, error.detail = "transport", detail
    return error


async def _called(function: Callable[..., Any], *args: object) -> Any:
    value = function(*args)
    return await value if inspect.isawaitable(value) else value


def _call_on(loop: asyncio.AbstractEventLoop, function: Callable[..., Any], *args: object) -> Any:
    """In a thread: calls it on the event loop, and waits for what it returns."""
    return asyncio.run_coroutine_threadsafe(_called(function, *args), loop).result()


async def _in_thread(function: Callable[[], T], cancel: Callable[[], None]) -> T:
    """Not in an executor: its threads are few, and an operation may wait for hours."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, failure: BaseException | None) -> None:
        if failure is None:
            outcome.set_result(value)  # type: ignore[arg-type]
        else:
            outcome.set_exception(failure)

    def work() -> None:
        value: T | None = None
        failure: BaseException | None = None
        try:
            with under_way(None):
                value = function()
        except BaseException as raised:
            failure = raised
        loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=contextvars.copy_context().run, args=(work,), name="cmpkit aio").start()
    try:
        return await asyncio.shield(outcome)
    except asyncio.CancelledError:
        cancel()
        while not outcome.done():
            try:
                await asyncio.wait([outcome])
            except asyncio.CancelledError:  # once more: it ends soon
                continue
        outcome.exception()  # looked at
        raise
