package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    @Test
    void a_secret_protects_by_either_mac() throws Exception {
        try (Plant plant = new Plant()) {
            final byte[] secret = Plant.SECRET.getBytes(StandardCharsets.UTF_8);
            for (final Credentials.Mac mac : Credentials.Mac.values()) {
                final Client client = plant.inside().credentials(Credentials.secret("dev1", secret, mac, 1000)).build();
                assertEquals("CN=dev1", client.enroll(Plant.dev1(Key.generate("ec:P-256"))).certificate().getSubjectX500Principal().getName());
            }
            assertThrows(BadArgumentException.class, () -> Credentials.secret("dev1", new byte[0]));
        }
    }

    @Test
    void a_file_of_pkcs12_has_key_certificate_and_chain() throws Exception {
        try (Plant plant = new Plant()) {
            final char[] password = "open sesame".toCharArray();
            final Issued issued = plant.inside().build().enroll(Plant.dev1(Key.generate("ec:P-256")));
            final KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            issued.storeIn(store, "dev1", password);
            final ByteArrayOutputStream file = new ByteArrayOutputStream();
            store.store(file, password);
            final byte[] pkcs12 = file.toByteArray();
            plant.inside().credentials(Credentials.pkcs12(pkcs12, password)).build().update(Key.generate("ec:P-256"));
            assertEquals(issued.certificate(), Certificates.load(pkcs12, password).first());
            assertEquals(issued.certificate().getPublicKey(), Key.load(pkcs12, password).publicKey());
            assertThrows(CryptoException.class, () -> Credentials.pkcs12(pkcs12, "another".toCharArray()));
            assertThrows(CryptoException.class, () -> Certificates.load(pkcs12, null));
        }
    }

    @Test
    void a_key_and_a_certificate_that_do_not_belong_together_are_refused() throws Exception {
        try (Plant plant = new Plant()) {
            final Certificates other = Certificates.of(plant.inside().build().enroll(Plant.dev1(Key.generate("ec:P-256"))).pem());
            final Key key = Key.generate("ec:P-256");
            assertThrows(CryptoException.class, () -> Credentials.certificate(key, other));
        }
    }

    @Test
    void trust_says_whose_answers_count() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            final Issued issued = plant.inside().build().enroll(Plant.dev1(key));
            final ClientBuilder member = plant.member(key, issued);
            final Certificates signer = Certificates.of(Texts.read(plant.folder.resolve("ca/cmp-signer.pem")));
            final byte[] crl = Texts.read(plant.folder.resolve("ca/ca.crl.pem")).getBytes(StandardCharsets.US_ASCII);
            final Trust pinned = Trust.builder().pins(signer).verifyNew(plant.root()).intermediates(issued.chain()).revocation(RevocationCheck.NONE).build();
            assertTrue(member.trust(pinned).build().caCertificates().list().size() >= 1);
            final Trust hard = Trust.builder().anchors(plant.root()).revocation(RevocationCheck.HARD).build();
            final CryptoException unknown = assertThrows(CryptoException.class, () -> member.trust(hard).build().caCertificates());
            assertEquals("status_unknown", ((CmpkitException) unknown.getCause()).fault().name(), unknown.getMessage());
            final Certificates elsewhere;
            try (Plant other = new Plant()) {
                elsewhere = other.root();
            }
            final CryptoException stranger = assertThrows(CryptoException.class, () -> member.trust(Trust.anchors(elsewhere)).build().caCertificates());
            assertEquals("signer_not_trusted", stranger.fault().name());
            Trust.builder().crl(crl).statusSource(Trust.StatusSource.ALLOWED, "http://crl.plant/").statusSource(Trust.StatusSource.CRL, "http://crl.plant/ca.crl")
                    .statusSource(Trust.StatusSource.OCSP, "http://ocsp.plant/").fetchLimits(4096, Duration.ofSeconds(1), Trust.NamedAddresses.INTERNET).peer("ejbca")
                    .peerToml("name = \"ours\"\n").build();
            assertThrows(BadArgumentException.class, () -> Trust.builder().peer("nobody"));
            assertThrows(BadConfigurationException.class, () -> Trust.builder().peerToml("takes = ["));
            assertThrows(TransportException.class, () -> Trust.builder().statusSource(Trust.StatusSource.CRL, "ldap://crl.plant"));
        }
    }

    @Test
    void a_builder_makes_one_thing() throws Exception {
        final Trust.Builder trust = Trust.builder();
        trust.build();
        assertThrows(IllegalStateException.class, trust::build);
        final Tls.Builder tls = Tls.builder();
        tls.build();
        assertThrows(IllegalStateException.class, () -> tls.trust(null));
        final Tls.Builder srp = Tls.builder();
        try {
            srp.srp("dev1", "a password".toCharArray()).build();
        } catch (UnsupportedException e) {
            assertEquals("unsupported", e.fault().name());
        }
    }

    @Test
    void a_certificate_for_tls_belongs_to_its_key() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            final Issued issued = plant.inside().build().enroll(Plant.dev1(key));
            Tls.builder().certificate(key, issued.withChain()).build();
            final Key other = Key.generate("ec:P-256");
            assertThrows(CryptoException.class, () -> Tls.builder().certificate(other, issued.withChain()));
        }
    }
}
