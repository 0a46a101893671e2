package dev.cmpkit;

import dev.cmpkit.internal.RevokeOrder;
import java.time.Instant;

/** Which certificate is to be revoked, and why (RFC 9483 4.2). One thread while it is filled in. */
public final class Revocation {
    private final Certificates certificate; // null: issuer and serial, or our own
    private final String issuer;
    private final String serial;
    private String reason = "";
    private String recipient = "";
    private Instant invalidSince;

    private Revocation(Certificates certificate, String issuer, String serial) {
        this.certificate = certificate;
        this.issuer = issuer;
        this.serial = serial;
    }

    /**
     * The certificate of the client's credentials.
     *
     * @return a request for that
     */
    public static Revocation ofOwn() {
        return new Revocation(null, "", "");
    }

    /**
     * Another certificate.
     *
     * @param certificate of which the first counts
     * @return a request for that
     */
    public static Revocation of(Certificates certificate) {
        return new Revocation(certificate, "", "");
    }

    /**
     * A certificate that is not at hand.
     *
     * @param issuer {@code CN=Issuing CA,O=Plant}
     * @param serial decimal, or hexadecimal after 0x
     * @return a request for that
     */
    public static Revocation of(String issuer, String serial) {
        return new Revocation(null, issuer, serial);
    }

    /**
     * Why; {@code unspecified} without it.
     *
     * @param word of RFC 5280 5.3.1: {@code keyCompromise}
     * @return this
     */
    public Revocation reason(String word) {
        reason = word;
        return this;
    }

    /**
     * Since when it was not good, as when its key leaked (invalidityDate, RFC 5280 5.3.2).
     *
     * @param time not one to come
     * @return this
     */
    public Revocation invalidSince(Instant time) {
        invalidSince = time;
        return this;
    }

    /**
     * The CA's name. Without it the issuer's.
     *
     * @param name {@code CN=Issuing CA,O=Plant}
     * @return this
     */
    public Revocation recipient(String name) {
        recipient = name;
        return this;
    }

    RevokeOrder order() {
        final RevokeOrder order = new RevokeOrder();
        if (certificate != null) order.set_certificate(certificate.octets());
        order.set_issuer_and_serial(issuer, serial);
        order.set_reason(reason);
        order.set_recipient(recipient);
        order.set_invalid_since(Calls.seconds(invalidSince));
        return order;
    }
}
