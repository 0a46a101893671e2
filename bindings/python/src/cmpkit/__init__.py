"""cmpkit: certificates for devices, by the Certificate Management Protocol (CMP: RFC 9810, RFC 9483).

A device asks with a `Client`; an `Operation` is the same step by step, and `cmpkit.aio` for asyncio. A `Responder` is a CA, or a registration authority, in the
application. What goes wrong is a `CmpkitError`.

Whatever takes a certificate, a CRL, a request or a key takes DER or PEM as bytes, PEM as text, a file as `pathlib.Path`, or an object of the package cryptography.
Times are `datetime` with a time zone or Unix seconds, durations `timedelta` or seconds. Handles do not survive fork.
"""

from . import raw, request
from .answers import Adaptation, Later, Names, Question, Refused
from .certificate import Certificate, Crl, Summary, certificate_summary, certificates_load, certificates_open
from .client import Client
from .context import Context, LogLevel, default_context
from .credentials import Credentials, Mac
from .desk import CaDesk, RaDesk
from .errors import (
    BadArgumentError,
    BadConfigurationError,
    BadStateError,
    CallbackError,
    CancelledError,
    CmpkitError,
    CryptoError,
    DeadlineError,
    ExistsError,
    InternalError,
    IoError,
    MalformedError,
    NotFoundError,
    OutOfMemoryError,
    ProtectionError,
    ProtocolError,
    RejectedError,
    StoreError,
    TransportError,
    UnsupportedError,
)

from .founding import init_ca
from .inspection import Shown, peers, show, version
from .key import Key
from .operation import Action, Offer, Operation, RunOptions
from .request import Request, saved_memo
from .responder import Listener, Responder
from .results import Information, Issued, RootUpdate, Template, template_summary
from .tls import Tls
from .trust import Revocation, Trust

if raw.abi_version() >> 16 != raw.CMPKIT_ABI_MAJOR or raw.abi_version() & 0xFFFF < raw.CMPKIT_ABI_MINOR:
    raise ImportError(f"this package does not fit to libcmpkit {raw.version()}")

__version__ = version()
__all__ = [name for name, value in list(globals().items()) if not name.startswith("_") and getattr(value, "__module__", "").startswith("cmpkit.")]
