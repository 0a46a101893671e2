package dev.cmpkit;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A key pair. Immutable, any thread. After {@link #close()} it can be used no longer, but what was made with it keeps it: the octets are wiped with the last user.
 */
public final class Key implements AutoCloseable {
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
    final dev.cmpkit.internal.Key raw;
    private final PrivateKey ofJava; // null: the library's own

    private Key(dev.cmpkit.internal.Key raw, PrivateKey ofJava) {
        this.raw = raw;
        this.ofJava = ofJava;
    }

    /**
     * Makes a new one.
     *
     * @param kind {@code ec:P-256}, {@code ec:P-384}, {@code ec:P-521}, {@code ec:brainpoolP256r1}, {@code ec:brainpoolP384r1}, {@code ec:brainpoolP512r1},
     *     {@code rsa:2048} … {@code rsa:8192}, {@code ed25519}, {@code ed448}
     * @return it
     * @throws CmpkitException {@link BadArgumentException}: no such kind
     */
    public static Key generate(String kind) throws CmpkitException {
        return new Key(Calls.of(() -> dev.cmpkit.internal.Key.generate(kind)), null);
    }

    /**
     * Reads one: PKCS#8, traditional, or the key of a PKCS#12 file.
     *
     * @param data PEM or DER
     * @param passphrase that it is encrypted with, or null
     * @return it
     * @throws CmpkitException {@link CryptoException}: no key, or another passphrase
     */
    public static Key load(byte[] data, char[] passphrase) throws CmpkitException {
        try (Passwords wiped = new Passwords(passphrase)) {
            return new Key(Calls.of(() -> dev.cmpkit.internal.Key.load(data, wiped.octets())), null);
        }
    }

    /**
     * The key behind a URI of OpenSSL's OSSL_STORE, such as {@code pkcs11:token=plant;object=dev1;type=private}: the private half stays in its token. OpenSSL's
     * configuration (openssl.cnf) activates the provider that serves the scheme.
     *
     * @param uri where it is
     * @param pin of the token, or null
     * @return it
     * @throws CmpkitException {@link UnsupportedException}: nothing serves the scheme; {@link NotFoundException}: no key is there
     */
    public static Key open(String uri, char[] pin) throws CmpkitException {
        try (Passwords wiped = new Passwords(pin)) {
            return new Key(Calls.of(() -> dev.cmpkit.internal.Key.open(uri, wiped.octets())), null);
        }
    }

    /**
     * A key pair of Java, see {@link #of(PrivateKey, PublicKey)}.
     *
     * @param pair both halves
     * @return it
     * @throws CmpkitException {@link CryptoException}: not a kind that cmpkit knows
     */
    public static Key of(KeyPair pair) throws CmpkitException {
        return of(pair.getPrivate(), pair.getPublic());
    }

    /**
     * A key pair of Java. One that has an encoding (PKCS#8) is copied; of another, as of PKCS#11 or Android's key store, the private half stays where it is and signs
     * through {@link java.security.Signature}.
     *
     * @param privateKey the private half
     * @param publicKey the public half
     * @return it
     * @throws CmpkitException {@link CryptoException}: not a kind that cmpkit knows
     */
    public static Key of(PrivateKey privateKey, PublicKey publicKey) throws CmpkitException {
        final byte[] pkcs8 = "PKCS#8".equals(privateKey.getFormat()) ? privateKey.getEncoded() : null;
        if (pkcs8 == null) return new Key(rawOf(publicKey.getEncoded(), Signer.of(privateKey, null)), privateKey);
        try {
            return new Key(Calls.of(() -> dev.cmpkit.internal.Key.load(pkcs8, new byte[0])), privateKey);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    /**
     * A key whose private half is anywhere.
     *
     * @param publicKey the public half
     * @param signer who signs with the private one; kept until nothing uses the key any more
     * @return it
     * @throws CmpkitException {@link CryptoException}: not a kind that cmpkit knows
     */
    public static Key ofSigner(PublicKey publicKey, Signer signer) throws CmpkitException {
        return new Key(rawOf(publicKey.getEncoded(), signer), null);
    }

    private static dev.cmpkit.internal.Key rawOf(byte[] spki, Signer signer) throws CmpkitException {
        return Calls.of(() -> dev.cmpkit.internal.Key.of_signer(spki, new Callbacks.OfSigner(signer)));
    }

    /**
     * As PKCS#8 PEM.
     *
     * @param passphrase to encrypt it with; null: it is not encrypted
     * @return the text
     * @throws CmpkitException {@link UnsupportedException}: the private half is in a token or with a signer
     */
    public String pem(char[] passphrase) throws CmpkitException {
        try (Passwords wiped = new Passwords(passphrase)) {
            return new String(Calls.of(() -> raw.pem(wiped.octets())), java.nio.charset.StandardCharsets.US_ASCII);
        }
    }

    /**
     * The public half in DER.
     *
     * @return a SubjectPublicKeyInfo
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public byte[] spki() throws CmpkitException {
        return Calls.of(raw::spki);
    }

    /**
     * The public half as Java's.
     *
     * @return it
     * @throws CmpkitException {@link UnsupportedException}: no provider of Java knows its kind, such as brainpool curves
     */
    public PublicKey publicKey() throws CmpkitException {
        final X509EncodedKeySpec spec = new X509EncodedKeySpec(spki());
        return ofFirst(factory -> factory.generatePublic(spec));
    }

    /**
     * The private half as Java's: the one that it was made of, or else a copy.
     *
     * @return it
     * @throws CmpkitException {@link UnsupportedException}: it is in a token or with a signer, or no provider of Java knows its kind
     */
    public PrivateKey privateKey() throws CmpkitException {
        if (ofJava != null) return ofJava;
        final String base64 = pem(null).replaceAll("-----[A-Z ]+-----|\\s", "");
        final PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        return ofFirst(factory -> factory.generatePrivate(spec));
    }

    private interface Reader<T> {
        T read(KeyFactory factory) throws InvalidKeySpecException;
    }

    private static <T> T ofFirst(Reader<T> reader) throws UnsupportedException {
        for (final String algorithm : ALGORITHMS) {
            try {
                return reader.read(KeyFactory.getInstance(algorithm));
            } catch (GeneralSecurityException e) { // another kind of key
                continue;
            }
        }
        throw new UnsupportedException(new Fault(-4, "unsupported", "api: no provider of Java knows this kind of key", "api", "", "", "", 0, Fault.NO_FAIL_INFO, ""), null);
    }

    /** Gives it up. What was made with it goes on. A second time does nothing. */
    @Override
    public void close() {
        raw.close();
    }
}
