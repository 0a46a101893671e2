"""Ctrl-C, and the end of the interpreter: with processes of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

_BEGIN = """
    import asyncio, os, pathlib, signal, socket, sys, tempfile, threading
    import cmpkit
    folder = pathlib.Path(tempfile.mkdtemp()) / "ca"
    cmpkit.init_ca(folder, "CN=Root", secret=("dev1", "swordfish"), listen="http://127.0.0.1:0")
    secret, trust = cmpkit.Credentials.secret("dev1", "swordfish"), cmpkit.Trust(anchors=folder / "root.pem")
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
"""


def begin(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(_BEGIN) + textwrap.dedent(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_of(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_ctrl_c_ends_a_blocking_run() -> None:
    process = begin("""
        def interrupt():
            connection, _ = silent.accept()  # the run is in the middle of its exchange
            print("sent", flush=True)
            connection.recv(1)
            silent.accept()
        threading.Thread(target=interrupt, daemon=True).start()
        try:
            cmpkit.Client(url, secret, trust=trust).ca_certificates()
        except KeyboardInterrupt:
            print("interrupted", [thread.name for thread in threading.enumerate() if "cmpkit" in thread.name])
    """)
    assert process.stdout is not None and process.stdout.readline() == "sent\n"
    process.send_signal(signal.SIGINT)
    assert end_of(process) == (0, "interrupted []\n", "")


def test_ctrl_c_ends_a_run_that_waits_for_the_operator() -> None:
    process = begin("""
        text = (folder / "cmpkit.toml").read_text().replace("implicit_confirm   = true", "approve_by_hand = true")
        responder = cmpkit.Responder(text, folder=folder)
        client = cmpkit.Client("", secret, trust=trust, exchange=lambda label, message: responder.answer(message), waiting=lambda *_: print("waits", flush=True))
        try:
            client.enroll(cmpkit.Key.generate(), subject="CN=dev1")
        except KeyboardInterrupt as interrupt:
            print(repr(interrupt.__context__))
    """)
    assert process.stdout is not None and process.stdout.readline() == "waits\n"
    process.send_signal(signal.SIGINT)
    assert end_of(process) == (0, "None\n", "")


def test_what_a_signal_handler_raises_ends_a_run_too() -> None:
    code, out, err = end_of(
        begin("""
        def stop(number, frame):
            raise SystemExit(7)
        signal.signal(signal.SIGALRM, stop)
        threading.Thread(target=lambda: (silent.accept(), os.kill(os.getpid(), signal.SIGALRM)), daemon=True).start()
        cmpkit.Client(url, secret, trust=trust).ca_certificates()
    """)
    )
    assert (code, err) == (7, "")


@pytest.mark.parametrize("last", ["", "sys.exit(3)", "raise SystemExit(3)"])
def test_the_interpreter_ends_with_a_running_listener(last: str) -> None:
    code, out, err = end_of(
        begin(f"""
        heard = threading.Event()
        context = cmpkit.Context(log=lambda level, text: None, log_level=cmpkit.LogLevel.DEBUG)
        responder = cmpkit.Responder(folder / "cmpkit.toml", context=context, events=lambda event: heard.set(), naming=lambda question: None)
        listener = responder.listen()
        cmpkit.Client(listener.url, secret, trust=trust, context=context).enroll(cmpkit.Key.generate(), subject="CN=dev1")
        assert heard.wait(20)
        print("done")
        {last}
    """)
    )
    assert (code, out, err) == (3 if last else 0, "done\n", "")


def test_the_interpreter_ends_with_a_request_in_a_callback_of_the_listener() -> None:
    code, out, err = end_of(
        begin("""
        inside = threading.Event()
        def naming(question):
            inside.set()
            threading.Event().wait(0.2)  # still there when the main thread ends
        listener = cmpkit.Responder(folder / "cmpkit.toml", naming=naming).listen()
        def device():
            try:
                cmpkit.Client(listener.url, secret, trust=trust).enroll(cmpkit.Key.generate(), subject="CN=dev1")
            except cmpkit.CmpkitError:
                pass
        threading.Thread(target=device, daemon=True).start()
        assert inside.wait(20)
    """)
    )
    assert (code, err) == (0, "")


def test_the_interpreter_ends_with_a_run_of_a_daemon_thread() -> None:
    code, out, err = end_of(
        begin("""
        def device():
            try:
                cmpkit.Client(url, secret, trust=trust, trace=lambda *_: None).ca_certificates()
            except cmpkit.CancelledError:
                pass
        threading.Thread(target=device, daemon=True).start()
        silent.accept()
    """)
    )
    assert (code, err) == (0, "")


def test_a_forked_process_ends_and_may_begin_anew() -> None:
    code, out, err = end_of(
        begin("""
        listener = cmpkit.Responder(folder / "cmpkit.toml").listen()
        client = cmpkit.Client(listener.url, secret, trust=trust)
        client.ca_certificates()
        child = os.fork()
        if child == 0:
            try:
                listener.stop()
            except cmpkit.BadStateError as error:
                print(error, flush=True)
            listener.close()
            print(len(client.ca_certificates()), flush=True)  # by a context of its own
            sys.exit(5)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(client.ca_certificates()))
    """)
    )
    assert (code, out, err) == (0, "api: handles do not survive fork\n1\n5 1\n", "")


def test_ctrl_c_ends_asyncio_with_a_url() -> None:
    process = begin("""
        from cmpkit import aio
        def told():
            connection, _ = silent.accept()
            print("sent", flush=True)
            connection.recv(1)
            silent.accept()
        threading.Thread(target=told, daemon=True).start()
        try:
            asyncio.run(aio.Client(url, secret, trust=trust).ca_certificates())
        except KeyboardInterrupt:
            print("interrupted")
    """)
    assert process.stdout is not None and process.stdout.readline() == "sent\n"
    process.send_signal(signal.SIGINT)
    assert end_of(process) == (0, "interrupted\n", "")
