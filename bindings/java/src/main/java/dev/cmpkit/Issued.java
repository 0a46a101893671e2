package dev.cmpkit;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** A certificate that was issued, confirmed, and kept. Immutable, any thread. */
public final class Issued {
    private final byte[] der;
    private final String pem;
    private final Certificates chain;
    private final Certificates caPubs;
    private final boolean withMods;
    private final String peerText;
    private final Key key;

    /** @param key null: it was in a PKCS#10 request */
    Issued(dev.cmpkit.internal.Operation raw, Key key) {
        der = raw.certificate();
        pem = raw.certificate_pem();
        chain = Certificates.of(raw.chain_pem());
        caPubs = Certificates.of(raw.ca_pubs_pem());
        withMods = raw.with_mods();
        peerText = raw.peer_text();
        this.key = key;
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
     * The certificate as text.
     *
     * @return PEM
     */
    public String pem() {
        return pem;
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
     * Its issuers in order, as far as they are known.
     *
     * @return them
     */
    public Certificates chain() {
        return chain;
    }

    /**
     * The certificate and its issuers: what {@link Credentials#certificate} takes.
     *
     * @return them, the new one first
     * @throws MalformedException never by itself
     */
    public Certificates withChain() throws MalformedException {
        return Certificates.of(pem + chain.pem());
    }

    /**
     * Roots that the CA offers (caPubs, RFC 9810 5.3.4). Nobody trusts them yet.
     *
     * @return them, mostly none
     */
    public Certificates caPubs() {
        return caPubs;
    }

    /**
     * Whether it was granted otherwise than asked (grantedWithMods).
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
    public String peerText() {
        return peerText;
    }

    /**
     * Puts private key, certificate and issuers into a key store, which is not written by that.
     *
     * @param store which is loaded
     * @param alias of the entry; one of that name is replaced
     * @param password of the entry, as the store wants it
     * @throws KeyStoreException if the store does not take it
     * @throws CmpkitException {@link UnsupportedException}: the private half is in a token, with a signer, or with whoever made the PKCS#10 request
     */
    public void storeIn(KeyStore store, String alias, char[] password) throws KeyStoreException, CmpkitException {
        if (key == null)
            throw new UnsupportedException(new Fault(-4, "unsupported", "api: the key of a PKCS#10 request is not here", "api", "", "", "", 0, Fault.NO_FAIL_INFO, ""), null);
        final List<Certificate> all = new ArrayList<>();
        all.add(certificate());
        all.addAll(chain.list());
        store.setKeyEntry(alias, key.privateKey(), password, all.toArray(Certificate[]::new));
    }
}
