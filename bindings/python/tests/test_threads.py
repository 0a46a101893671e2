"""Threads: cancelling, closing, callbacks of the library's own threads."""

from __future__ import annotations

import contextvars
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import Plant

import cmpkit

Make = Callable[..., Plant]


class Gate:
    """A transport that holds its message until the test lets it go."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self.entered, self.opened = plant, threading.Event(), threading.Event()

    def exchange(self, label: str, message: bytes) -> bytes:
        self.entered.set()
        assert self.opened.wait(20)
        return self.plant.responder.answer(message)


def started(function: Callable[[], object]) -> tuple[threading.Thread, list[Any]]:
    """Runs it in a thread; its outcome or its exception is the list's one element."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(function())
        except BaseException as failure:
            outcome.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_cancelling_from_another_thread_ends_a_run_over_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never answers
        client = cmpkit.Client(f"http://127.0.0.1:{silent.getsockname()[1]}", cmpkit.Credentials.secret("dev1", "secret"))
        thread, outcome = started(client.ca_certificates)
        silent.settimeout(20)
        connection, _ = silent.accept()
        with connection:
            client.cancel()
            thread.join(20)
    assert isinstance(outcome[0], cmpkit.CancelledError)


def test_closing_an_operation_in_the_middle_of_a_run_ends_it(make_plant: Make) -> None:
    plant = make_plant(changes={"implicit_confirm   = true": "approve_by_hand = true"})
    operation = cmpkit.Operation(cmpkit.request.enroll(cmpkit.Key.generate(), subject="CN=dev1"), plant.secret, trust=plant.trust)
    waits = threading.Event()
    thread, outcome = started(lambda: operation.run(exchange=plant.answer, waiting=lambda *_: waits.set()))
    assert waits.wait(20)
    operation.close()
    thread.join(20)
    assert isinstance(outcome[0], cmpkit.CancelledError)
    with pytest.raises(cmpkit.BadStateError):
        operation.message()


def test_a_second_thread_in_an_operation_is_told_so(plant: Plant) -> None:
    gate = Gate(plant)
    operation = cmpkit.Operation(cmpkit.request.ca_certificates(), plant.secret, trust=plant.trust)
    thread, outcome = started(lambda: operation.run(exchange=gate.exchange))
    assert gate.entered.wait(20)
    with pytest.raises(cmpkit.BadStateError, match="in use"):
        operation.message()
    gate.opened.set()
    thread.join(20)
    assert len(outcome[0]) == 1


def test_closing_twice_does_nothing_and_using_a_closed_handle_is_told(plant: Plant) -> None:
    context = cmpkit.Context()
    operation = cmpkit.Operation(cmpkit.request.ca_certificates(), plant.secret, context=context)
    responder = cmpkit.Responder(plant.folder / "cmpkit.toml", context=context)
    listener = responder.listen("http://127.0.0.1:0")
    for handle in (listener, responder, operation, context):
        handle.close()
        handle.close()
    for use in (context.transports, operation.begin, responder.tick, responder.ca().pending, listener.stop, lambda: operation.run("http://127.0.0.1:1")):
        with pytest.raises(cmpkit.BadStateError, match="closed"):
            use()


def test_a_context_may_be_closed_before_what_was_made_with_it(plant: Plant) -> None:
    with cmpkit.Context() as context:
        client = cmpkit.Client("", plant.secret, trust=plant.trust, context=context, exchange=plant.answer)
        operation = client.operation(cmpkit.request.ca_certificates())
    assert operation.run(exchange=plant.answer)


def test_clients_run_at_the_same_time(plant: Plant) -> None:
    together = threading.Barrier(4, timeout=20)

    def exchange(label: str, message: bytes) -> bytes:
        together.wait()  # four of them are inside, so none holds the interpreter's lock or another one up
        return plant.responder.answer(message)

    client = plant.client(exchange=exchange)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: client.ca_certificates(), range(8)))


def test_many_devices_enroll_over_http_at_the_same_time(plant: Plant) -> None:
    client = cmpkit.Client(plant.url, plant.secret, trust=plant.trust)
    with ThreadPoolExecutor(4) as pool:
        issued = list(pool.map(lambda n: client.enroll(cmpkit.Key.generate(), subject=f"CN=dev{n}"), range(12)))
    assert {each.certificate.subject for each in issued} == {f"CN=dev{n}" for n in range(12)}


def test_other_threads_go_on_during_a_run(plant: Plant) -> None:
    counted = threading.Event()

    def exchange(label: str, message: bytes) -> bytes:
        thread, _ = started(counted.set)
        assert counted.wait(20)
        return plant.responder.answer(message)

    assert plant.client(exchange=exchange).ca_certificates()


def test_callbacks_see_the_context_variables_of_the_caller(plant: Plant) -> None:
    tenant = contextvars.ContextVar("tenant", default="nobody")
    tenant.set("plant 7")
    seen: list[str] = []
    plant.client(trace=lambda sent, message: seen.append(tenant.get())).ca_certificates()
    assert set(seen) == {"plant 7"}


def test_names_and_events_come_from_threads_of_the_listener(make_plant: Make) -> None:
    threads: set[int] = set()
    heard = threading.Event()

    def naming(question: cmpkit.Question) -> cmpkit.Names:
        threads.add(threading.get_ident())
        return cmpkit.Names("CN=named", ("dns:named.plant",))

    def events(event: dict[str, Any]) -> None:
        threads.add(threading.get_ident())
        if event["event"] == "enrolled":
            heard.set()

    plant = make_plant(naming=naming, events=events)
    issued = cmpkit.Client(plant.url, plant.secret, trust=plant.trust).enroll(cmpkit.Key.generate(), subject="CN=dev1")
    assert issued.with_mods and issued.certificate.summary.sans == ("dns:named.plant",)
    assert heard.wait(20)
    assert threads and threading.get_ident() not in threads


@contextmanager
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException | None]]:
    """What goes to sys.unraisablehook."""
    caught: list[BaseException | None] = []
    with monkeypatch.context() as patch:
        patch.setattr(sys, "unraisablehook", lambda what: caught.append(what.exc_value))
        yield caught


def test_what_a_server_callback_raises_is_reported_and_the_server_goes_on(make_plant: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = [KeyError("inventory"), OSError("disk"), ZeroDivisionError()]
    heard = threading.Event()

    def naming(question: cmpkit.Question) -> None:
        if trouble:
            raise trouble.pop()

    def events(event: dict[str, Any]) -> None:
        heard.set()
        raise RuntimeError("nobody listens")

    with unraisable(monkeypatch) as caught:
        plant = make_plant(naming=naming, events=events)
        client = cmpkit.Client(plant.url, plant.secret, trust=plant.trust)
        for _ in range(3):
            with pytest.raises(cmpkit.RejectedError) as refused:
                client.enroll(cmpkit.Key.generate(), subject="CN=dev1")
            assert "inventory" not in str(refused.value)
        assert client.enroll(cmpkit.Key.generate(), subject="CN=dev1")
        assert heard.wait(20)
        plant.close()
    assert {KeyError, OSError, ZeroDivisionError, RuntimeError} == {type(each) for each in caught}


def test_the_log_is_told_levels_and_lines(plant: Plant) -> None:
    lines: list[tuple[cmpkit.LogLevel, str]] = []
    told = threading.Event()

    def log(level: cmpkit.LogLevel, text: str) -> None:
        lines.append((level, text))
        told.set()

    with cmpkit.Context(log=log, log_level=cmpkit.LogLevel.DEBUG) as context, cmpkit.Responder(plant.folder / "cmpkit.toml", context=context) as responder:
        plant.client(exchange=lambda label, message: responder.answer(message)).ca_certificates()
        assert told.wait(20)
    assert all(isinstance(level, cmpkit.LogLevel) and "\n" not in text for level, text in lines)


def test_what_a_log_raises_ends_nothing(make_plant: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()

    def log(level: cmpkit.LogLevel, text: str) -> None:
        told.set()
        raise ValueError(text)

    plant = make_plant()
    with unraisable(monkeypatch) as caught, cmpkit.Context(log=log, log_level=cmpkit.LogLevel.DEBUG) as context:
        with cmpkit.Responder(plant.folder / "cmpkit.toml", context=context) as responder, responder.listen("http://127.0.0.1:0") as listener:
            assert cmpkit.Client(listener.url, plant.secret, trust=plant.trust).ca_certificates()
            assert told.wait(20)
    assert caught and all(isinstance(each, ValueError) for each in caught)


def test_a_callback_may_close_its_own_operation(plant: Plant) -> None:
    operation = cmpkit.Operation(cmpkit.request.ca_certificates(), plant.secret, trust=plant.trust)

    def trace(sent: bool, message: bytes) -> None:
        operation.close()

    with pytest.raises((cmpkit.CancelledError, cmpkit.BadStateError)):  # the message had its answer, which nobody can read any more
        operation.run(exchange=plant.answer, trace=trace)


def test_a_responder_outlives_its_close_until_its_listener_is_closed(plant: Plant) -> None:
    listener = plant.responder.listen("http://127.0.0.1:0")
    plant.responder.close()
    assert cmpkit.Client(listener.url, plant.secret, trust=plant.trust).ca_certificates()
    listener.stop(1)
    listener.close()
    with pytest.raises(cmpkit.TransportError):
        cmpkit.Client(listener.url, plant.secret, trust=plant.trust, timeout=0.3).ca_certificates()
