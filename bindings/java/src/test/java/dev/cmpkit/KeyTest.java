package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyTest {
    private static KeyPair pair(String algorithm) throws Exception {
        final KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.startsWith("EC") ? "EC" : algorithm);
        if (algorithm.equals("EC-384")) generator.initialize(new ECGenParameterSpec("secp384r1"));
        else if (algorithm.startsWith("EC")) generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** The certificate of that key protects an update, so it signs proof of possession and message. */
    private static void enrollAndUpdate(Key key) throws Exception {
        try (Plant plant = new Plant()) {
            final Issued issued = plant.inside().build().enroll(Plant.dev1(key));
            assertArrayEquals(key.spki(), issued.certificate().getPublicKey().getEncoded());
            plant.member(key, issued).build().update(Key.generate("ec:P-256"));
        }
    }

    @Test
    void keys_of_java_are_taken_with_their_encoding() throws Exception {
        for (final String algorithm : List.of("EC", "EC-384", "RSA", "Ed25519")) {
            final KeyPair pair = pair(algorithm);
            final Key key = Key.of(pair);
            assertEquals(pair.getPublic(), key.publicKey(), algorithm);
            assertSame(pair.getPrivate(), key.privateKey());
            enrollAndUpdate(key);
        }
    }

    /** As those of PKCS#11 and of Android's key store are. */
    record Held(PrivateKey inside) implements PrivateKey {
        private static final long serialVersionUID = 1;

        @Override
        public String getAlgorithm() {
            return inside.getAlgorithm();
        }

        @Override
        public String getFormat() {
            return null;
        }

        @Override
        public byte[] getEncoded() {
            return null;
        }
    }

    @Test
    void a_private_key_without_an_encoding_signs_where_it_is() throws Exception {
        final KeyPair pair = pair("EC");
        final Signer signer = Signer.of(pair.getPrivate(), Signature.getInstance("SHA256withECDSA").getProvider());
        enrollAndUpdate(Key.ofSigner(pair.getPublic(), signer));
        final Key held = Key.of(new Held(pair.getPrivate()), pair.getPublic());
        assertThrows(UnsupportedException.class, () -> held.pem(null));
        assertTrue(held.privateKey() instanceof Held);
    }

    @Test
    void a_signer_signs_with_each_kind_of_key() throws Exception {
        for (final String algorithm : List.of("EC", "EC-384", "RSA", "Ed25519", "Ed448")) {
            final KeyPair pair = pair(algorithm);
            final Key key = Key.ofSigner(pair.getPublic(), Signer.of(pair.getPrivate(), null));
            if (algorithm.equals("Ed448")) { // not a kind that the CA certifies: the request is made all the same
                try (Plant plant = new Plant(); Operation operation = plant.inside().build().operation(Plant.dev1(key))) {
                    assertEquals(Action.SEND, operation.begin());
                }
            } else {
                enrollAndUpdate(key);
            }
        }
    }

    @Test
    void a_signature_that_is_not_the_keys_is_not_used() throws Exception {
        final KeyPair pair = pair("EC");
        final KeyPair other = pair("EC");
        try (Plant plant = new Plant()) {
            final Key key = Key.ofSigner(pair.getPublic(), Signer.of(other.getPrivate(), null));
            assertThrows(CryptoException.class, () -> plant.inside().build().enroll(Plant.dev1(key)));
        }
    }

    @Test
    void a_key_is_written_and_read_with_its_passphrase() throws Exception {
        final Key key = Key.generate("ec:P-521");
        final char[] passphrase = "é\uD83D\uDE00".toCharArray();
        final byte[] pem = key.pem(passphrase).getBytes(StandardCharsets.US_ASCII);
        assertTrue(new String(pem, StandardCharsets.US_ASCII).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        assertEquals(key.publicKey(), Key.load(pem, passphrase).publicKey());
        assertThrows(CryptoException.class, () -> Key.load(pem, "another".toCharArray()));
        assertThrows(CryptoException.class, () -> Key.load(pem, null));
        assertEquals(key.publicKey(), Key.of(key.privateKey(), key.publicKey()).publicKey());
    }

    @Test
    void every_kind_is_generated_and_others_are_refused() throws Exception {
        for (final String kind : List.of("ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1", "rsa:2048", "ed25519", "ed448"))
            assertTrue(Key.generate(kind).pem(null).startsWith("-----BEGIN PRIVATE KEY-----"), kind);
        assertThrows(BadArgumentException.class, () -> Key.generate("ec:P-1"));
    }

    @Test
    void a_uri_that_nothing_serves_is_told() {
        assertThrows(CmpkitException.class, () -> Key.open("pkcs11:token=nowhere", "1234".toCharArray()));
        assertThrows(CmpkitException.class, () -> Certificates.open("pkcs11:token=nowhere", null));
    }

    @Test
    void a_closed_key_lives_on_in_what_was_made_with_it() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            try (Operation operation = plant.inside().build().operation(Plant.dev1(key))) {
                key.close();
                key.close();
                operation.run();
                assertThrows(BadStateException.class, key::spki);
                assertEquals("CN=dev1", operation.issued().certificate().getSubjectX500Principal().getName());
            }
            assertThrows(BadStateException.class, () -> plant.inside().build().enroll(Plant.dev1(key)));
        }
    }
}
