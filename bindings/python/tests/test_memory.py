"""Memory: what is dropped is collected, and operations leave nothing behind."""

from __future__ import annotations

import gc
import os
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import Plant
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import cmpkit

Make = Callable[..., Plant]


def is_collected(make: Callable[[], object]) -> bool:
    weak = weakref.ref(make())
    gc.collect()
    return weak() is None


class Owner:
    """An object of the application that holds what it gave its own methods to."""


def test_an_unclosed_responder_and_listener_with_callbacks_are_collected(plant: Plant) -> None:
    def make() -> Owner:
        owner = Owner()
        owner.responder = cmpkit.Responder(  # type: ignore[attr-defined]
            plant.folder / "cmpkit.toml", naming=lambda question: owner and None, events=lambda event: owner, information={"1.2.3.4": lambda *asked: owner and b"\5\0"}
        )
        owner.listener = owner.responder.listen("http://127.0.0.1:0")  # type: ignore[attr-defined]
        client = cmpkit.Client(owner.listener.url, plant.secret, trust=plant.trust)  # type: ignore[attr-defined]
        client.enroll(cmpkit.Key.generate(), subject="CN=dev1")
        return owner

    assert is_collected(make)


def test_an_unclosed_operation_with_callbacks_is_collected(plant: Plant) -> None:
    def make() -> Owner:
        owner = Owner()
        owner.operation = cmpkit.Operation(cmpkit.request.ca_certificates(), plant.secret, trust=plant.trust)  # type: ignore[attr-defined]
        owner.operation.run(exchange=plant.answer, trace=lambda *told: owner, policy=lambda offer: owner is not None)  # type: ignore[attr-defined]
        return owner

    assert is_collected(make)


def test_an_operation_that_failed_is_collected_with_its_exception(plant: Plant) -> None:
    def make() -> Owner:
        owner = Owner()

        def exchange(label: str, message: bytes) -> bytes:
            raise ConnectionError(owner)

        with pytest.raises(ConnectionError):
            plant.client(exchange=exchange).ca_certificates()
        return owner

    assert is_collected(make)


def test_a_context_with_a_log_and_a_key_with_a_signer_are_collected() -> None:
    def context() -> Owner:
        owner = Owner()
        owner.context = cmpkit.Context(log=lambda level, text: owner)  # type: ignore[attr-defined]
        return owner

    def key() -> Owner:
        owner, own = Owner(), ec.generate_private_key(ec.SECP256R1())
        owner.key = cmpkit.Key.of_signer(own.public_key(), lambda algorithm, data: owner and own.sign(data, ec.ECDSA(hashes.SHA256())))  # type: ignore[attr-defined]
        return owner

    assert is_collected(context) and is_collected(key)


def test_a_handle_dropped_in_a_callback_is_freed_later(plant: Plant) -> None:
    held = [plant.responder.listen("http://127.0.0.1:0")]

    def exchange(label: str, message: bytes) -> bytes:
        answer = held[0]._responder.answer(message)
        held.clear()
        return answer

    assert plant.client(exchange=exchange).ca_certificates()
    assert plant.client().ca_certificates()


def resident() -> int:
    """Octets."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_ten_thousand_operations_leave_no_memory_behind(plant: Plant) -> None:
    client = plant.client(plant.device(), trace=lambda sent, message: None)
    failing = plant.client(exchange=lambda label, message: b"\x30\x03garbage")

    def round_of(count: int) -> None:
        for number in range(count):
            assert client.ca_certificates()
            if number % 10 == 0:
                with pytest.raises(cmpkit.MalformedError):
                    failing.ca_certificates()
            if number % 100 == 0:
                plant.responder.tick(time.time() + 3600)  # it remembers transactions for a quarter of an hour
        gc.collect()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(round_of, (500, 500)))
        before = resident()
        list(pool.map(round_of, (5000, 5000)))
    # A leak of one message each (about 2 KiB) would be 20 MiB and more; malloc's arenas are allowed 6.
    assert resident() - before < 6 * 2**20
