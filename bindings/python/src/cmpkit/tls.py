"""TLS: keys and trust of HTTPS and the like, apart from those of CMP."""

from __future__ import annotations

from . import raw
from .key import Key, KeyLike
from .octets import EncodedList, Octets, octets_of_each, pem_of_each, secret_octets
from .trust import Trust


class Tls:
    """What a client shows and whom it believes in a handshake; immutable once made, any thread.

    anchors, or trust with all that it says of anchors, helpers, CRLs, OCSP and where to ask: whom to believe.
    key, certificates: what the client shows. Without them, and without a secret, a run shows the certificate that protects its messages, if that is good for it.
    psk: identity and key (16 to 256 octets); srp: user and password (RFC 5054). With either, a server that shows a certificate is refused; it must not be a secret
    that protects messages. `UnsupportedError`: SRP is not in this build.
    """

    def __init__(
        self,
        *,
        anchors: EncodedList = (),
        trust: Trust | None = None,
        key: KeyLike | None = None,
        certificates: EncodedList = (),
        psk: tuple[str, Octets] | None = None,
        srp: tuple[str, Octets | str] | None = None,
    ) -> None:
        self._raw = raw.Tls()
        if trust is not None:
            self._raw.set_trust(trust._raw)
        for each in octets_of_each(anchors):
            self._raw.add_anchors(each)
        self._key = None if key is None else Key.of(key)  # a signer of the application lives as long as this
        if self._key is not None:
            self._raw.set_certificate(self._key._raw, pem_of_each(certificates))
        if psk is not None:
            self._raw.set_psk(psk[0], psk[1])
        if srp is not None:
            self._raw.set_srp(srp[0], secret_octets(srp[1]))
