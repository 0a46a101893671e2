package dev.cmpkit;

import dev.cmpkit.internal.EnrollOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What certificate is asked for. One thread while it is filled in.
 *
 * <pre>{@code
 * Enrollment.ir(key).subject("/O=Plant/CN=dev1").san("dns:dev1.plant")
 * }</pre>
 */
public final class Enrollment {
    private static final int IR = 0;
    private static final int CR = 2;
    private static final int P10CR = 4;
    private static final int KUR = 7;

    private final int kind;
    final Key key; // null: it is in the PKCS#10 request
    private final byte[] csr;
    private final List<String> sans = new ArrayList<>();
    private String subject = "";
    private String profile = "";
    private String recipient = "";
    private boolean implicitConfirm;
    private Instant notAfter;
    private byte[] template = {};

    private Enrollment(int kind, Key key, byte[] csr) {
        this.kind = kind;
        this.key = key;
        this.csr = csr;
    }

    /**
     * Initialization: into a new PKI, by an external certificate or a secret (RFC 9483 4.1.1, 4.1.5).
     *
     * @param key to be certified
     * @return a request for it
     */
    public static Enrollment ir(Key key) {
        return new Enrollment(IR, key, null);
    }

    /**
     * Certification: another certificate of the same PKI (RFC 9483 4.1.2).
     *
     * @param key to be certified
     * @return a request for it
     */
    public static Enrollment cr(Key key) {
        return new Enrollment(CR, key, null);
    }

    /**
     * By a PKCS#10 request that is there already (RFC 9483 4.1.4).
     *
     * @param pkcs10 PEM or DER
     * @return a request that carries it
     */
    public static Enrollment p10cr(byte[] pkcs10) {
        return new Enrollment(P10CR, null, pkcs10.clone());
    }

    /**
     * Key update: the certificate of the client's credentials is replaced (RFC 9483 4.1.3).
     *
     * @param key to be certified, a new one
     * @return a request for it
     */
    public static Enrollment kur(Key key) {
        return new Enrollment(KUR, key, null);
    }

    /**
     * The subject. Without it the CA says; in an update it is the old certificate's.
     *
     * @param name {@code /O=Plant/CN=dev1} or {@code CN=dev1,O=Plant}
     * @return this
     */
    public Enrollment subject(String name) {
        subject = name;
        return this;
    }

    /**
     * One more alternative name. Without any, there is none; in an update those of the old certificate.
     *
     * @param name {@code dns:dev1.plant}, {@code ip:192.0.2.1}, {@code uri:…}, {@code email:…}
     * @return this
     */
    public Enrollment san(String name) {
        sans.add(name);
        return this;
    }

    /**
     * The certificate profile: certProfile (RFC 9483 4.1), and the name after /p/ where the URL has no path of its own.
     *
     * @param name the CA's word for it
     * @return this
     */
    public Enrollment profile(String name) {
        profile = name;
        return this;
    }

    /**
     * The CA's name. Without it the issuer's, where it is known.
     *
     * @param name as of {@link #subject}
     * @return this
     */
    public Enrollment recipient(String name) {
        recipient = name;
        return this;
    }

    /**
     * Asks that the certificate need not be confirmed (RFC 9483 4.1.1).
     *
     * @return this
     */
    public Enrollment implicitConfirm() {
        implicitConfirm = true;
        return this;
    }

    /**
     * How long it should be valid.
     *
     * @param time its end
     * @return this
     */
    public Enrollment notAfter(Instant time) {
        notAfter = time;
        return this;
    }

    /**
     * Goes by the CA's template: subject and alternative names fill its blanks, its issuer becomes the recipient.
     *
     * @param asked what {@link Client#template} has brought
     * @return this
     */
    public Enrollment template(Template asked) {
        template = asked.der();
        return this;
    }

    EnrollOrder order() {
        final EnrollOrder order = new EnrollOrder(kind);
        if (key != null) order.set_key(key.raw);
        if (csr != null) order.set_csr(csr);
        order.set_subject(subject);
        sans.forEach(order::add_san);
        order.set_profile(profile);
        order.set_recipient(recipient);
        if (implicitConfirm) order.set_implicit_confirm();
        order.set_not_after(Calls.seconds(notAfter));
        order.set_template(template);
        return order;
    }
}
