package dev.cmpkit;

import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;

/** Signs with a key that stays in the application's hands. */
@FunctionalInterface
public interface Signer {
    /**
     * Signs. From the thread that runs the operation, or from any thread of a responder; it must not call into what uses the key. The signature is verified before it is used.
     *
     * @param algorithm DER of an AlgorithmIdentifier
     * @param data what is signed, not hashed
     * @return the signature as it stands in a certificate: of ECDSA, DER
     * @throws Exception ends the operation and comes back from its call
     */
    byte[] sign(byte[] algorithm, byte[] data) throws Exception;

    /**
     * Signs through {@link Signature}: for keys of PKCS#11, Android's key store and the like, which have no encoding.
     *
     * @param key the private key
     * @param provider whose {@link Signature} signs; null: the first that takes the key
     * @return a signer
     */
    static Signer of(PrivateKey key, Provider provider) {
        return (algorithm, data) -> {
            final String name = SignatureAlgorithms.nameOf(algorithm);
            final Signature signature = provider == null ? Signature.getInstance(name) : Signature.getInstance(name, provider);
            signature.initSign(key);
            signature.update(data);
            return signature.sign();
        };
    }
}
