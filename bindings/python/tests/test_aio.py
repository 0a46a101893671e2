"""The client for asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from conftest import Plant

import cmpkit
from cmpkit import aio

Make = Callable[..., Plant]
T = TypeVar("T")


def run(coroutine: Awaitable[T]) -> T:
    async def limited() -> T:
        async with asyncio.timeout(30):
            return await coroutine

    return asyncio.run(limited())


def client_of(plant: Plant, credentials: cmpkit.Credentials | None = None, **options: Any) -> aio.Client:
    async def exchange(label: str, message: bytes) -> bytes:
        await asyncio.sleep(0)
        return plant.responder.answer(message)

    return aio.Client("", credentials or plant.secret, trust=plant.trust, **{"exchange": exchange, **options})


def test_a_device_enrolls_on_the_event_loop_without_a_thread(plant: Plant) -> None:
    async def exchange(label: str, message: bytes) -> bytes:
        assert not [thread for thread in threading.enumerate() if "cmpkit" in thread.name]
        return await asyncio.to_thread(plant.responder.answer, message)  # whose thread is not the client's

    issued = run(aio.Client("", plant.secret, trust=plant.trust, exchange=exchange).enroll(cmpkit.Key.generate(), subject="CN=dev1"))
    assert issued.certificate.subject == "CN=dev1"


def test_a_device_enrolls_over_http_in_a_thread(plant: Plant) -> None:
    told: list[tuple[str, int]] = []

    async def policy(offer: cmpkit.Offer) -> bool:
        told.append((offer.certificate.subject, threading.get_ident()))
        return True

    client = aio.Client(plant.url, plant.secret, trust=plant.trust, policy=policy)
    assert run(client.enroll(cmpkit.Key.generate(), subject="CN=dev1")).certificate.subject == "CN=dev1"
    assert told == [("CN=dev1", threading.get_ident())]


def test_each_method_is_a_coroutine(plant: Plant) -> None:
    async def all_of_them() -> None:
        client = client_of(plant, plant.device())
        template = await client.request_template()
        assert template is not None
        assert await client.ca_certificates() and await client.root_update() is None and isinstance(await client.crls(), tuple)
        assert (await client.all_information()).der
        with pytest.raises(cmpkit.RejectedError):
            await client.information("1.2.3.4")
        assert (await client.enroll(cmpkit.Key.generate(), body="cr", subject="CN=dev1")).certificate.subject == "CN=dev1"
        assert (await client.update(cmpkit.Key.generate())).certificate.subject == "CN=dev1"
        await client_of(plant, plant.device()).revoke()

    run(all_of_them())


def test_many_run_at_the_same_time(plant: Plant) -> None:
    async def many() -> list[Any]:
        client = aio.Client(plant.url, plant.secret, trust=plant.trust)
        return await asyncio.gather(*(client.ca_certificates() for _ in range(8)), *(client_of(plant).ca_certificates() for _ in range(8)))

    assert len(run(many())) == 16


@pytest.mark.parametrize("name", ["policy", "keep", "trace", "save", "exchange"])
def test_an_exception_of_a_callback_comes_back_as_the_same_object(plant: Plant, name: str) -> None:
    mine = ConnectionResetError("mine")

    async def fails(*_: object) -> bool:
        raise mine

    with pytest.raises(ConnectionResetError) as caught:
        run(client_of(plant, **{name: fails}).enroll(cmpkit.Key.generate(), subject="CN=dev1"))
    assert caught.value is mine
    assert "valid" not in [found["state"] for found in plant.responder.ca().find()]
    if name != "exchange":
        client = aio.Client(plant.url, plant.secret, trust=plant.trust, **{name: fails})  # type: ignore[arg-type]
        with pytest.raises(ConnectionResetError):
            run(client.enroll(cmpkit.Key.generate(), subject="CN=dev1"))


def test_a_policy_that_refuses_ends_it(plant: Plant) -> None:
    with pytest.raises(cmpkit.ProtocolError) as caught:
        run(client_of(plant, policy=lambda offer: False).enroll(cmpkit.Key.generate(), subject="CN=dev1"))
    assert caught.value.name == "wrong_certificate"


def test_what_waits_sleeps_on_the_loop(make_plant: Make) -> None:
    plant = make_plant(changes={"implicit_confirm   = true": 'approve_by_hand = true\npoll_after = "1s"'})

    async def waiting(seconds: int, text: str) -> None:
        for request in plant.responder.ca().pending():
            plant.responder.ca().approve(request["id"])

    kept: list[Any] = []
    issued = run(client_of(plant, waiting=waiting, keep=lambda *told: kept.append(told)).enroll(cmpkit.Key.generate(), subject="CN=dev1"))
    assert kept == [(issued.certificate, issued.chain)]


def test_a_saved_operation_goes_on(plant: Plant) -> None:
    states: list[bytes] = []
    key = cmpkit.Key.generate()

    async def outage(label: str, message: bytes) -> bytes:
        raise OSError("gone")

    with pytest.raises(OSError):
        run(client_of(plant, exchange=outage, save=states.append, memo=b"mine").enroll(key, subject="CN=dev1"))
    assert cmpkit.saved_memo(states[-1]) == b"mine"
    issued = run(client_of(plant).resume(states[-1], key=key))
    assert issued is not None and issued.certificate.subject == "CN=dev1"


def test_a_task_that_is_cancelled_cancels_its_run(plant: Plant) -> None:
    async def scenario() -> None:
        asked = asyncio.Event()

        async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.set()
            await reader.read()  # until the client goes
            writer.close()

        server = await asyncio.start_server(never, "127.0.0.1", 0)
        async with server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            task = asyncio.create_task(aio.Client(url, plant.secret, trust=plant.trust).ca_certificates())
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            for thread in threading.enumerate():
                if thread.name == "cmpkit aio":  # it has told its outcome, and is about to end
                    thread.join(10)
                    assert not thread.is_alive()

    run(scenario())


def test_a_task_that_is_cancelled_in_its_exchange_ends_at_once(plant: Plant) -> None:
    async def scenario() -> None:
        asked = asyncio.Event()

        async def never(label: str, message: bytes) -> bytes:
            asked.set()
            return await asyncio.get_running_loop().create_future()

        task = asyncio.create_task(client_of(plant, exchange=never).ca_certificates())
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(scenario())


def test_the_time_for_the_operation_is_kept(plant: Plant, make_plant: Make) -> None:
    async def never(label: str, message: bytes) -> bytes:
        return await asyncio.get_running_loop().create_future()

    with pytest.raises(cmpkit.DeadlineError) as caught:
        run(client_of(plant, exchange=never, timeout=0.05).ca_certificates())
    assert caught.value.name == "deadline"
    with pytest.raises(TimeoutError):
        run(client_of(plant, exchange=never, exchange_timeout=0.05).ca_certificates())
    slow = make_plant(changes={"implicit_confirm   = true": "approve_by_hand = true"})
    with pytest.raises(cmpkit.DeadlineError, match="asked again"):
        run(client_of(slow, timeout=30).enroll(cmpkit.Key.generate(), subject="CN=dev1"))


def test_a_timeout_of_the_applications_own_is_its_own(plant: Plant) -> None:
    mine = TimeoutError("mine")

    async def exchange(label: str, message: bytes) -> bytes:
        raise mine

    with pytest.raises(TimeoutError) as caught:
        run(client_of(plant, exchange=exchange).ca_certificates())
    assert caught.value is mine
