package dev.cmpkit;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.List;

/** What the CA has told to a {@link SupportRequest}. The operation must be open as long as this is asked. */
public final class SupportAnswer {
    private final dev.cmpkit.internal.Operation raw;

    SupportAnswer(dev.cmpkit.internal.Operation raw) {
        this.raw = raw;
    }

    /**
     * Certificates: of CAs, or the new root.
     *
     * @return them; none, if there is nothing to tell
     * @throws CmpkitException {@link BadStateException}: it was not asked for
     */
    public Certificates certificates() throws CmpkitException {
        return Certificates.of(foundPem());
    }

    /**
     * Certificates or CRLs as text.
     *
     * @return PEM; empty, if there is nothing to tell
     * @throws CmpkitException {@link BadStateException}: it was not asked for
     */
    public String foundPem() throws CmpkitException {
        return Calls.of(raw::found_pem);
    }

    /**
     * CRLs.
     *
     * @return them; none, if there is nothing newer
     * @throws CmpkitException {@link BadStateException}: it was not asked for; {@link MalformedException}: Java cannot read one
     */
    public List<X509CRL> crls() throws CmpkitException {
        return crlsOf(foundPem());
    }

    static List<X509CRL> crlsOf(String pem) throws CmpkitException {
        try {
            return CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))).stream().map(X509CRL.class::cast).toList();
        } catch (CertificateException | CRLException e) {
            throw Certificates.malformed(e.getMessage());
        }
    }

    /**
     * Of a root update: newWithOld and oldWithNew (RFC 9810 4.4), as far as they came.
     *
     * @return them
     * @throws CmpkitException {@link BadStateException}: it was not asked for
     */
    public Certificates links() throws CmpkitException {
        return Certificates.of(Calls.of(raw::links_pem));
    }

    /**
     * The certificate request template.
     *
     * @return it
     * @throws CmpkitException {@link BadStateException}: it was not asked for
     */
    public Template template() throws CmpkitException {
        return new Template(Calls.of(raw::request_template));
    }

    /**
     * All of it.
     *
     * @return DER of a GenRepContent
     * @throws CmpkitException {@link BadStateException}: it is not there yet
     */
    public byte[] information() throws CmpkitException {
        return Calls.of(raw::information);
    }

    /**
     * The value of one item.
     *
     * @param infoType its OID, dotted or a word
     * @return DER; empty: it has none
     * @throws CmpkitException {@link NotFoundException}: there is no such item
     */
    public byte[] value(String infoType) throws CmpkitException {
        return Calls.of(() -> raw.information_value(infoType));
    }
}
