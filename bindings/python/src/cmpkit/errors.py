"""What goes wrong: one class for each kind of failure, below `CmpkitError`.

    CmpkitError
    ├── BadArgumentError (ValueError)     ├── CryptoError        keys, certificates, signatures
    ├── OutOfMemoryError (MemoryError)    ├── ProtectionError    of messages
    ├── BadStateError (RuntimeError)      ├── ProtocolError      rules of CMP
    ├── UnsupportedError                  │   └── RejectedError  the peer refused: see fail_info_name
    ├── NotFoundError (LookupError)       ├── StoreError
    ├── CancelledError                    ├── TransportError (OSError)
    ├── IoError (OSError)                 │   └── DeadlineError (TimeoutError)
    ├── BadConfigurationError (ValueError)├── CallbackError
    ├── ExistsError (FileExistsError)     ├── InternalError
    └── MalformedError (ValueError)       DER

What a callback of the application raises is none of these: it comes back from the call as the very same object.
"""

from __future__ import annotations

from . import raw


class CmpkitError(Exception):
    """A failure of the library; immutable. `str(error)` is one line: layer, what, where, detail, clause, causes.

    `__cause__` is the failure that led to it, of the same type, or None.
    """

    code: int = raw.CMPKIT_E_INTERNAL
    """Negative, one of `cmpkit.h`'s."""
    name: str = "internal"
    """The same in words: `"nonce_mismatch"`."""
    layer: str = "api"
    """`"der"`, `"crypto"`, `"protection"`, `"cmp"`, `"store"`, `"transport"` or `"api"`."""
    path: str = ""
    """Where in the message: `"header.recipNonce"`. Empty: nowhere in particular."""
    clause: str = ""
    """The rule that is broken: `"RFC 9483 3.5"`. Empty: none."""
    detail: str = ""
    """What was expected, and what came."""
    offset: int = 0
    """Octets into the message."""
    fail_info: int | None = None
    """The bit of PKIFailureInfo (RFC 9810 5.2.3) that the peer was, or is to be, told. None: none."""
    fail_info_name: str = ""
    """The same in words: `"badPOP"`."""

    def __str__(self) -> str:
        # OSError's own would look at its errno.
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[object, ...]:
        return _revived, (type(self), self.args, self.__dict__)


def _revived(kind: type[CmpkitError], args: tuple[object, ...], state: dict[str, object]) -> CmpkitError:
    error = kind(*args)
    error.__dict__.update(state)
    return error


class BadArgumentError(CmpkitError, ValueError):
    """A value that the call cannot take."""


class OutOfMemoryError(CmpkitError, MemoryError):
    """There was no memory left."""


class BadStateError(CmpkitError, RuntimeError):
    """Not now: the object is closed, in use by another thread, or not yet that far."""

    code = raw.CMPKIT_E_BAD_STATE
    name = "bad_state"


class UnsupportedError(CmpkitError):
    """The library, this build of it or the key cannot do that."""


class NotFoundError(CmpkitError, LookupError):
    """There is no such thing."""


class CancelledError(CmpkitError):
    """The operation was cancelled, or closed, while it ran."""


class IoError(CmpkitError, OSError):
    """A file cannot be read or written."""


class BadConfigurationError(CmpkitError, ValueError):
    """A configuration text is wrong; the detail names line and key."""


class ExistsError(CmpkitError, FileExistsError):
    """It is there already."""


class MalformedError(CmpkitError, ValueError):
    """Octets that are no DER, or not of the type that is needed."""


class CryptoError(CmpkitError):
    """A key, a certificate, a signature or a path of certificates is not good."""


class ProtectionError(CmpkitError):
    """A message is not protected as it must be."""


class ProtocolError(CmpkitError):
    """A rule of CMP is broken."""


class RejectedError(ProtocolError):
    """The peer refused; `fail_info_name` tells why, and `detail` in its own words."""


class StoreError(CmpkitError):
    """The store of a responder failed."""


class TransportError(CmpkitError, OSError):
    """A message could not be carried."""


class DeadlineError(TransportError, TimeoutError):
    """Time is over."""

    code = raw.CMPKIT_E_DEADLINE
    name = "deadline"


class CallbackError(CmpkitError):
    """A callback failed, and its own exception is not at hand."""


class InternalError(CmpkitError):
    """A defect of the library."""


def _kinds() -> dict[int, type[CmpkitError]]:
    """By code, as bindings/errors.tsv has it."""
    first = {
        -1: BadArgumentError, -2: OutOfMemoryError, -3: BadStateError, -4: UnsupportedError, -5: NotFoundError, -6: CancelledError, -7: IoError,
        -8: BadConfigurationError, -9: ExistsError, raw.CMPKIT_E_REJECTED: RejectedError, raw.CMPKIT_E_DEADLINE: DeadlineError, raw.CMPKIT_E_CALLBACK_FAILED: CallbackError,
    }  # fmt: skip
    groups = ((-20, -29, MalformedError), (-40, -48, CryptoError), (-60, -64, ProtectionError), (-80, -91, ProtocolError), (-100, -101, StoreError), (-120, -129, TransportError))
    return {code: kind for begin, end, kind in groups for code in range(begin, end - 1, -1)} | first


_KIND_OF = _kinds()


def _error_of(failure: raw.Failure) -> CmpkitError:
    code = failure.code()
    error = _KIND_OF.get(code, InternalError)(failure.text())
    error.code, error.name, error.layer, error.path, error.clause = code, failure.name(), failure.layer(), failure.path(), failure.clause()
    error.detail, error.offset, error.fail_info_name = failure.detail(), failure.offset(), failure.fail_info_name()
    bit = failure.fail_info()
    error.fail_info = bit if bit >= 0 else None
    if (cause := failure.cause()) is not None:
        error.__cause__ = _error_of(cause)
    return error


raw.set_failure_to_exception(_error_of)
