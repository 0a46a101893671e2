"""What callbacks of a responder are asked, and what they answer. They are called from any thread of the responder. `Refused` and `Later` are raised; what else
they raise refuses the requester without words, and goes to `sys.unraisablehook`: the server goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import raw
from .certificate import Certificate
from .held import Held
from .octets import EncodedList, pem_of_each


class Refused(Exception):
    """Raised by a callback: the requester is refused, and told these words (by `information` without them)."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words


class Later(Exception):
    """Raised by a callback: there is no answer yet. The requester polls (RFC 9483 4.4), after so many seconds (1 to a year) first, and the callback is asked the same
    again. Not for `naming`, whom nobody can ask again."""

    def __init__(self, check_after: int, reason: str = "") -> None:
        super().__init__(check_after, reason)
        self.check_after, self.reason = check_after, reason


@dataclass(frozen=True)
class Names:
    """What a certificate is to say of its holder."""

    subject: str
    """`"CN=dev1,O=Plant"`."""
    sans: tuple[str, ...] = ()
    """`"dns:dev1.plant"` …"""


@dataclass(frozen=True)
class Question:
    """Somebody who asks for something. Absent text is empty."""

    requester: str
    """`"secret:dev1"`, `"certificate:<SHA-256>"`."""
    kind: str
    """`"secret"`, `"external"`, `"own"`, or `"ra"`: an RA that asks for somebody else, or for itself."""
    certificate: Certificate | None
    """The requester's; None: it has a secret."""
    profile: str
    subject: str
    """As asked for, RFC 4514."""
    sans: tuple[str, ...]
    body: str = ""
    """Of an overseer: `"ir"`, `"cr"`, `"p10cr"`, `"kur"`, `"rr"`, `"genm"`."""
    serial: str = ""
    """Of an overseer: the certificate to be revoked."""
    rule: str = ""
    """Of an overseer: by which it would go on."""
    upstream: str = ""
    """Of an overseer: where to."""


@dataclass(frozen=True)
class Adaptation:
    """A request for a CA that knows PKCS#10 alone."""

    pkcs10: bytes
    """DER; its signature is verified."""
    upstream: str
    profile: str
    transaction_id: str
    """Hexadecimal; requesters choose it."""
    request_id: str
    """The same for the same request, also after a crash, and for no other one."""


def _question_of(question: raw.Question) -> Question:
    certificate = question.certificate()
    return Question(
        question.requester,
        question.kind,
        Certificate(certificate) if certificate else None,
        question.profile,
        question.subject,
        tuple(question.san(index) for index in range(question.sans_size())),
        question.body,
        question.serial,
        question.rule,
        question.upstream,
    )


class _Answering:
    """Asks the function, whose Refused and Later go into the sink."""

    def __init__(self, held: Held, name: str, *, may_wait: bool = True) -> None:
        self._find, self._may_wait = held.finder(name), may_wait

    def __call__(self, sink: raw.Sink, *asked: object) -> Any:
        function = self._find()
        if function is None:
            raise ReferenceError("the responder was dropped")
        try:
            return function(*asked)
        except Refused as refused:
            sink.refuse(refused.words)
        except Later as later:
            if not self._may_wait:
                raise
            sink.later(later.check_after, later.reason)
        return None


def _write(names: Names | None, subject: raw.Sink, sans: raw.Sink) -> None:
    if names is not None:
        subject.write(names.subject.encode())
        sans.write("\n".join(names.sans).encode())


class Namer(raw.Namer):
    def __init__(self, held: Held) -> None:
        super().__init__()
        self._ask = _Answering(held, "naming", may_wait=False)

    def name(self, question: raw.Question, subject: raw.Sink, sans: raw.Sink) -> None:
        _write(self._ask(subject, _question_of(question)), subject, sans)


class Overseer(raw.Overseer):
    def __init__(self, held: Held) -> None:
        super().__init__()
        self._ask = _Answering(held, "overseer")

    def oversee(self, question: raw.Question, subject: raw.Sink, sans: raw.Sink) -> None:
        _write(self._ask(subject, _question_of(question)), subject, sans)


class Adapter(raw.Adapter):
    def __init__(self, held: Held) -> None:
        super().__init__()
        self._ask = _Answering(held, "adapter")

    def adapt(self, pkcs10: bytes, upstream: str, profile: str, transaction_id: str, request_id: str, certificates: raw.Sink) -> None:
        answer: EncodedList | None = self._ask(certificates, Adaptation(pkcs10, upstream, profile, transaction_id, request_id))
        if answer is not None:
            certificates.write(pem_of_each(answer))


class Informer(raw.Informer):
    def __init__(self, held: Held, info_type: str) -> None:
        super().__init__()
        self._ask = _Answering(held, info_type)

    def inform(self, requester: str, value: bytes, answer: raw.Sink) -> None:
        said = self._ask(answer, requester, value)
        if said is not None:
            answer.write(said)


class Audience(raw.Audience):
    def __init__(self, held: Held, parse: Callable[[str], Any]) -> None:
        super().__init__()
        self._find, self._parse = held.finder("events"), parse

    def hear(self, event: str) -> None:
        if (hear := self._find()) is not None:
            hear(self._parse(event))
