package dev.cmpkit;

import java.security.cert.X509Certificate;

/** A certificate that the CA has issued and that is not confirmed yet. Immutable. */
public final class Offer {
    private final byte[] der;
    private final boolean withMods;
    private final String text;

    Offer(byte[] der, boolean withMods, String text) {
        this.der = der;
        this.withMods = withMods;
        this.text = text;
    }

    /**
     * The certificate as the CA sent it.
     *
     * @return a copy of its DER
     */
    public byte[] der() {
        return der.clone();
    }

    /**
     * The certificate as Java's.
     *
     * @return it
     * @throws MalformedException if Java cannot read it
     */
    public X509Certificate certificate() throws MalformedException {
        return Certificates.of(der).first();
    }

    /**
     * Whether it is granted otherwise than asked.
     *
     * @return so
     */
    public boolean withMods() {
        return withMods;
    }

    /**
     * The CA's words.
     *
     * @return the text, escaped; empty if it said none
     */
    public String text() {
        return text;
    }
}
