package dev.cmpkit;

import dev.cmpkit.internal.raw;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/**
 * Certificates, as PEM or DER, from wherever they are. Immutable, any thread. What {@link #of(byte[])} and {@link #read} are given is looked into when it is used.
 *
 * <pre>{@code
 * Certificates roots = Certificates.read(Path.of("root.pem"));
 * }</pre>
 */
public final class Certificates {
    private static final int LINE = 64;
    private final byte[] octets;

    private Certificates(byte[] octets) {
        this.octets = octets;
    }

    /**
     * Those of a PEM text, or one in DER.
     *
     * @param pemOrDer the octets, which are copied
     * @return them
     */
    public static Certificates of(byte[] pemOrDer) {
        return new Certificates(pemOrDer.clone());
    }

    /**
     * Those of a PEM text.
     *
     * @param pem the text
     * @return them
     */
    public static Certificates of(String pem) {
        return new Certificates(pem.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Certificates of Java.
     *
     * @param certificates in the order in which they count
     * @return them
     * @throws IllegalArgumentException if one has no encoding
     */
    public static Certificates of(X509Certificate... certificates) {
        return of(List.of(certificates));
    }

    /**
     * Certificates of Java.
     *
     * @param certificates in the order in which they count
     * @return them
     * @throws IllegalArgumentException if one has no encoding
     */
    public static Certificates of(Collection<X509Certificate> certificates) {
        return of(pemOf(certificates));
    }

    /**
     * Those of a file, PEM or one in DER.
     *
     * @param file where they are
     * @return them
     * @throws IOException if it cannot be read
     */
    public static Certificates read(Path file) throws IOException {
        return new Certificates(Files.readAllBytes(file));
    }

    /**
     * Those of a PEM text, one in DER, or those of a PKCS#12 file, of which the key's own comes first.
     *
     * @param data the octets
     * @param password of the PKCS#12 file, or null
     * @return them
     * @throws CmpkitException {@link CryptoException}: the password is wrong; {@link MalformedException}: none of these
     */
    public static Certificates load(byte[] data, char[] password) throws CmpkitException {
        try (Passwords wiped = new Passwords(password)) {
            return of(Calls.of(() -> raw.certificates_load(data, wiped.octets())));
        }
    }

    /**
     * Those behind a URI of OpenSSL's OSSL_STORE, see {@link Key#open}.
     *
     * @param uri where they are
     * @param pin of the token, or null
     * @return them
     * @throws CmpkitException {@link UnsupportedException}: nothing serves that scheme
     */
    public static Certificates open(String uri, char[] pin) throws CmpkitException {
        try (Passwords wiped = new Passwords(pin)) {
            return of(Calls.of(() -> raw.certificates_open(uri, wiped.octets())));
        }
    }

    /** Those in DER, one behind the other. */
    static Certificates ofDer(byte[] der) throws MalformedException {
        return of(listOf(der));
    }

    /**
     * As certificates of Java.
     *
     * @return an unmodifiable list
     * @throws MalformedException if Java cannot read one
     */
    public List<X509Certificate> list() throws MalformedException {
        return listOf(octets);
    }

    /**
     * The first as a certificate of Java.
     *
     * @return it
     * @throws MalformedException if there is none, or Java cannot read it
     */
    public X509Certificate first() throws MalformedException {
        final List<X509Certificate> all = list();
        if (all.isEmpty()) throw malformed("no certificate");
        return all.get(0);
    }

    /**
     * As PEM.
     *
     * @return the text, empty for none
     * @throws MalformedException if it was given as DER, and Java cannot read that
     */
    public String pem() throws MalformedException {
        final boolean isDer = octets.length > 0 && octets[0] == 0x30;
        return isDer ? pemOf(list()) : new String(octets, StandardCharsets.UTF_8);
    }

    /**
     * Whether there are none.
     *
     * @return so
     */
    public boolean isEmpty() {
        return octets.length == 0;
    }

    /** As the library takes them. */
    byte[] octets() {
        return octets;
    }

    static String pemOf(Collection<X509Certificate> certificates) {
        final Base64.Encoder encoder = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        final StringBuilder pem = new StringBuilder();
        for (final X509Certificate certificate : certificates) {
            try {
                pem.append("-----BEGIN CERTIFICATE-----\n").append(encoder.encodeToString(certificate.getEncoded())).append("\n-----END CERTIFICATE-----\n");
            } catch (CertificateEncodingException e) {
                throw new IllegalArgumentException("a certificate without an encoding", e);
            }
        }
        return pem.toString();
    }

    private static List<X509Certificate> listOf(byte[] pemOrDer) throws MalformedException {
        if (pemOrDer.length == 0) return List.of();
        try {
            return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pemOrDer)).stream().map(X509Certificate.class::cast).toList();
        } catch (CertificateException e) {
            throw malformed(e.getMessage());
        }
    }

    static MalformedException malformed(String what) {
        return new MalformedException(new Fault(-25, "bad_value", "der: " + what, "der", "", "", String.valueOf(what), 0, Fault.NO_FAIL_INFO, ""), null);
    }
}
