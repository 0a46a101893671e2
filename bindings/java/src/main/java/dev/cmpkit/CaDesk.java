package dev.cmpkit;

import dev.cmpkit.internal.Search;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What the operator of a CA does, also while it serves. Any thread. It holds its {@link Responder}. */
public final class CaDesk {
    private final Responder responder;
    private final String ca;

    CaDesk(Responder responder, String ca) {
        this.responder = responder;
        this.ca = ca;
    }

    /**
     * Looks through the CA's records.
     *
     * @param search what is looked for
     * @return what fits
     * @throws CmpkitException {@link BadArgumentException}: no such state; {@link NotFoundException}: no such CA
     */
    public List<CaRecord> find(CaSearch search) throws CmpkitException {
        final Search raw = search.raw();
        try {
            return new Json(Calls.of(() -> responder.raw.ca_find(ca, raw))).objects().stream().map(CaRecord::of).toList();
        } finally {
            raw.delete();
        }
    }

    /**
     * Revokes a certificate.
     *
     * @param serial decimal, or hexadecimal after 0x
     * @param reason a word of RFC 5280 5.3.1; empty: unspecified
     * @throws CmpkitException {@link ProtocolException}: there is no such certificate
     */
    public void revoke(String serial, String reason) throws CmpkitException {
        revoke(serial, reason, null);
    }

    /**
     * Revokes a certificate, and tells on the CRL since when it was not good (invalidityDate, RFC 5280 5.3.2).
     *
     * @param serial decimal, or hexadecimal after 0x
     * @param reason a word of RFC 5280 5.3.1; empty: unspecified
     * @param invalidSince not a time to come; null: not told
     * @throws CmpkitException {@link ProtocolException}: there is no such certificate, or it is a time to come
     */
    public void revoke(String serial, String reason, Instant invalidSince) throws CmpkitException {
        Calls.run(() -> responder.raw.ca_revoke(ca, serial, reason, Calls.seconds(invalidSince), responder.now()));
    }

    /**
     * Requests that wait for the operator.
     *
     * @return them
     * @throws CmpkitException {@link NotFoundException}: no such CA
     */
    public List<PendingRequest> pending() throws CmpkitException {
        return PendingRequest.all(Calls.of(() -> responder.raw.ca_pending(ca)));
    }

    /**
     * Approves a request; the requester learns it when it asks again.
     *
     * @param id of the request
     * @throws CmpkitException {@link NotFoundException}: no such request waits; {@link BadStateException}: there is a word on it already
     */
    public void approve(String id) throws CmpkitException {
        Calls.run(() -> responder.raw.ca_approve(ca, id));
    }

    /**
     * Rejects a request; the requester learns it when it asks again.
     *
     * @param id of the request
     * @param reason for the requester; empty: none
     * @throws CmpkitException as {@link #approve}
     */
    public void reject(String id, String reason) throws CmpkitException {
        Calls.run(() -> responder.raw.ca_reject(ca, id, reason));
    }

    /**
     * A fresh CRL.
     *
     * @return PEM
     * @throws CmpkitException {@link CryptoException}, {@link StoreException}
     */
    public String crlPem() throws CmpkitException {
        return Calls.of(() -> responder.raw.ca_crl(ca, responder.now()));
    }

    /**
     * A fresh CRL as Java's.
     *
     * @return it
     * @throws CmpkitException {@link CryptoException}, {@link StoreException}
     */
    public X509CRL crl() throws CmpkitException {
        return SupportAnswer.crlsOf(crlPem()).get(0);
    }

    /**
     * Puts a new root in the place of the newest one (RFC 9810 4.4). It is told to whoever asks for a root update from then on; a server hands out its chain from the
     * next start or reload on.
     *
     * @param rootKey the old root's
     * @param newKey made and kept by the caller
     * @param validity of the new root in whole days; null: 20 years
     * @return the new root, newWithOld, oldWithNew, and the CA below the root certified anew
     * @throws CmpkitException {@link CryptoException}: not the root's key
     */
    public Certificates rollover(Key rootKey, Key newKey, Duration validity) throws CmpkitException {
        final long days = validity == null ? 0 : Math.max(1, validity.toDays());
        return Certificates.of(Calls.of(() -> responder.raw.ca_rollover(ca, rootKey.raw, newKey.raw, days, responder.now())));
    }
}
