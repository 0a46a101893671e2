package dev.cmpkit;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Who we are to the peer: what protects our messages. Immutable, any thread. After {@link #close()} nothing new can be made with them; secrets are wiped with the last user. */
public final class Credentials implements AutoCloseable {
    final dev.cmpkit.internal.Credentials raw;

    private Credentials(dev.cmpkit.internal.Credentials raw) {
        this.raw = raw;
    }

    /** How a shared secret protects messages. */
    public enum Mac {
        /** id-PasswordBasedMac (RFC 9481 6.1.1). */
        PBM(0),
        /** id-PBMAC1 (RFC 9481 6.1.2). */
        PBMAC1(1);

        private final int number;

        Mac(int number) {
            this.number = number;
        }
    }

    /**
     * A key and its certificate.
     *
     * @param key whose private half signs
     * @param certificates the key's own first; the others help to build its chain
     * @return them
     * @throws CmpkitException {@link CryptoException}: they do not belong together
     */
    public static Credentials certificate(Key key, Certificates certificates) throws CmpkitException {
        return new Credentials(Calls.of(() -> dev.cmpkit.internal.Credentials.of_certificate(key.raw, certificates.octets())));
    }

    /**
     * Key, certificate and chain of a PKCS#12 file.
     *
     * @param data its octets
     * @param password its password, or null
     * @return them
     * @throws CmpkitException {@link CryptoException}: the password is wrong
     */
    public static Credentials pkcs12(byte[] data, char[] password) throws CmpkitException {
        try (Passwords wiped = new Passwords(password)) {
            return new Credentials(Calls.of(() -> dev.cmpkit.internal.Credentials.of_pkcs12(data, wiped.octets())));
        }
    }

    /**
     * Key, certificate and chain of an entry of a key store of Java. A private key without an encoding stays where it is.
     *
     * @param store which is loaded
     * @param alias of the entry
     * @param password of the entry, or null
     * @return them
     * @throws GeneralSecurityException if the store does not hand the entry out
     * @throws CmpkitException {@link CryptoException}: not a kind of key that cmpkit knows
     */
    public static Credentials entry(KeyStore store, String alias, char[] password) throws GeneralSecurityException, CmpkitException {
        final List<X509Certificate> chain = new ArrayList<>();
        final Certificate[] stored = store.getCertificateChain(alias);
        if (stored == null || !(store.getKey(alias, password) instanceof PrivateKey privateKey)) throw new java.security.KeyStoreException("no private key is called " + alias);
        for (final Certificate certificate : stored) chain.add((X509Certificate) certificate);
        try (Key key = Key.of(privateKey, chain.get(0).getPublicKey())) {
            return certificate(key, Certificates.of(chain));
        }
    }

    /**
     * A shared secret, with PasswordBasedMac.
     *
     * @param reference its name with the CA
     * @param secret 1 to 1024 octets, which are copied
     * @return them
     * @throws CmpkitException {@link BadArgumentException}: too long, or empty
     */
    public static Credentials secret(String reference, byte[] secret) throws CmpkitException {
        return secret(reference, secret, Mac.PBM, 0);
    }

    /**
     * A shared secret that is text, with PasswordBasedMac.
     *
     * @param reference its name with the CA
     * @param secret 1 to 1024 octets in UTF-8
     * @return them
     * @throws CmpkitException {@link BadArgumentException}: too long, or empty
     */
    public static Credentials secret(String reference, char[] secret) throws CmpkitException {
        try (Passwords wiped = new Passwords(secret)) {
            return secret(reference, wiped.octets());
        }
    }

    /**
     * A shared secret.
     *
     * @param reference its name with the CA
     * @param secret 1 to 1024 octets, which are copied
     * @param mac how it protects
     * @param iterations of the key's derivation; 0: 10 000
     * @return them
     * @throws CmpkitException {@link BadArgumentException}: too long, or empty, or a number that no CA takes
     */
    public static Credentials secret(String reference, byte[] secret, Mac mac, int iterations) throws CmpkitException {
        return new Credentials(Calls.of(() -> dev.cmpkit.internal.Credentials.of_secret(reference, secret, mac.number, iterations)));
    }

    /** Gives them up. What was made with them goes on. A second time does nothing. */
    @Override
    public void close() {
        raw.close();
    }
}
