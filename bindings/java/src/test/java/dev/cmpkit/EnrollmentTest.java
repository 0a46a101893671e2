package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnrollmentTest {
    // openssl ecparam -name prime256v1 -genkey -noout -out key.pem; openssl req -new -key key.pem -subj /CN=dev1
    static final String PKCS10 = """
            -----BEGIN CERTIFICATE REQUEST-----
            MIHJMHECAQAwDzENMAsGA1UEAwwEZGV2MTBZMBMGByqGSM49AgEGCCqGSM49AwEH
            A0IABIgvmLTMPJ9Y8NK7+/zgVjoLGmnEG17fvoZwnUySphrVBsVqXgN8jVVGOgnF
            J0D1deVGvxJVRA7E7BrVIU5vTWSgADAKBggqhkjOPQQDAgNIADBFAiEAs+XS+Lan
            sqww7B/8K1OsQrmMt7xW0Oq3Ogtbosih5nQCIGaNxgpcnpEQPEWGe8mFYbQw3Wqz
            vd574+mw/EocjRj9
            -----END CERTIFICATE REQUEST-----
            """;

    @Test
    void a_device_gets_a_certificate_over_http() throws Exception {
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final Key key = Key.generate("ec:P-256");
            final Issued issued = plant.at(listener).build().enroll(Plant.dev1(key).san("dns:dev1.plant"));
            final X509Certificate certificate = issued.certificate();
            assertEquals("CN=dev1", certificate.getSubjectX500Principal().getName());
            assertEquals(key.publicKey(), certificate.getPublicKey());
            assertEquals("dev1.plant", certificate.getSubjectAlternativeNames().iterator().next().get(1));
            certificate.verify(issued.chain().first().getPublicKey());
            assertArrayEquals(certificate.getEncoded(), issued.der());
            assertEquals(certificate, Certificates.of(issued.pem()).first());
            assertFalse(issued.withMods());
        }
    }

    @Test
    void a_transport_of_the_application_carries_the_messages() throws Exception {
        try (Plant plant = new Plant()) {
            final List<String> labels = new java.util.ArrayList<>();
            final Client client = Client.over((label, request) -> {
                labels.add(label);
                return plant.ca.answer(request);
            }).credentials(Plant.secret()).trust(plant.trust()).build();
            client.enroll(Plant.dev1(Key.generate("ec:P-256")));
            assertEquals(List.of("initialization", "initialization"), labels);
        }
    }

    @Test
    void a_member_gets_another_certificate_updates_it_and_revokes_it() throws Exception {
        try (Plant plant = new Plant()) {
            final Key first = Key.generate("ec:P-256");
            final Key second = Key.generate("ed25519");
            final Key third = Key.generate("ec:P-384");
            final Client client = plant.member(first, plant.inside().build().enroll(Plant.dev1(first))).build();
            final Issued another = client.enroll(Enrollment.cr(second).subject("/CN=dev1").implicitConfirm());
            final Issued updated = plant.member(second, another).build().update(third);
            assertEquals(another.certificate().getSubjectX500Principal(), updated.certificate().getSubjectX500Principal());
            plant.member(third, updated).build().revoke(Revocation.ofOwn().reason("keyCompromise").invalidSince(Instant.now().minusSeconds(3600)));
            assertTrue(plant.ca.ca().crl().isRevoked(updated.certificate()));
            final CaRecord record = plant.ca.ca().find(new CaSearch("revoked", "", "", "0x" + updated.certificate().getSerialNumber().toString(16), null)).get(0);
            assertEquals("keyCompromise", record.reason());
        }
    }

    @Test
    void a_certificate_is_revoked_by_its_issuer_and_serial() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            final Issued issued = plant.inside().build().enroll(Plant.dev1(key));
            final Inspection.Summary summary = Inspection.summary(Certificates.of(issued.pem()));
            plant.member(key, issued).build().revoke(Revocation.of(summary.issuer(), summary.serial()));
            assertTrue(plant.ca.ca().crl().isRevoked(issued.certificate()));
        }
    }

    @Test
    void a_request_of_pkcs10_is_carried() throws Exception {
        try (Plant plant = new Plant()) {
            final Issued issued = plant.inside().build().enroll(Enrollment.p10cr(PKCS10.getBytes(StandardCharsets.US_ASCII)));
            assertEquals("CN=dev1", issued.certificate().getSubjectX500Principal().getName());
            final KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            assertThrows(UnsupportedException.class, () -> issued.storeIn(store, "dev1", new char[0]));
        }
    }

    @Test
    void names_beyond_the_basic_plane_come_back_as_they_are() throws Exception {
        try (Plant plant = new Plant()) {
            final String name = "Presse 4 é € \uD83D\uDE00";
            final Issued issued = plant.inside().build().enroll(Enrollment.ir(Key.generate("ec:P-256")).subject("CN=" + name));
            assertEquals("CN=" + name, issued.certificate().getSubjectX500Principal().getName());
            assertEquals("CN=" + name, Inspection.summary(Certificates.of(issued.pem())).subject());
        }
    }

    @Test
    void a_text_with_a_nul_is_refused_and_half_a_pair_is_replaced() throws Exception {
        try (Plant plant = new Plant()) {
            final Enrollment cut = Enrollment.ir(Key.generate("ec:P-256")).subject("CN=dev1\0evil");
            final Client client = plant.inside().build();
            assertThrows(BadArgumentException.class, () -> client.enroll(cut));
            final Issued issued = client.enroll(Enrollment.ir(Key.generate("ec:P-256")).subject("CN=half \uD83D"));
            assertEquals("CN=half \uFFFD", issued.certificate().getSubjectX500Principal().getName());
        }
    }

    @Test
    void an_end_of_validity_is_asked_for_and_the_template_is_filled_in() throws Exception {
        try (Plant plant = new Plant()) {
            final Instant end = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.SECONDS);
            final Client client = plant.inside().build();
            final Template template = client.template("device");
            assertTrue(template.summary().keys().contains("ec:P-256"));
            final Issued issued = client.enroll(Plant.dev1(Key.generate("ec:P-256")).template(template).profile("device").notAfter(end));
            assertEquals(end, issued.certificate().getNotAfter().toInstant());
        }
    }

    @Test
    void a_device_gets_a_certificate_over_https() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            final Issued server = plant.inside().build().enroll(Enrollment.ir(key).subject("/CN=ca.plant").san("ip:127.0.0.1"));
            Files.writeString(plant.folder.resolve("ca/tls.pem"), server.withChain().pem());
            Files.writeString(plant.folder.resolve("ca/tls.key.pem"), key.pem(null));
            final String config = plant.config() + "\n[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key.pem\"\n";
            try (Responder ca = Responder.of(config, plant.folder.resolve("ca")); Listener listener = ca.listen("https://127.0.0.1:0")) {
                final ClientBuilder client = plant.at(listener).totalTimeout(Duration.ofSeconds(20));
                final Issued issued = client.tls(Tls.builder().trust(plant.trust()).build()).build().enroll(Plant.dev1(Key.generate("ec:P-256")));
                assertEquals("CN=dev1", issued.certificate().getSubjectX500Principal().getName());
                final Key stranger = Key.generate("ec:P-256");
                final Certificates root = plant.root();
                final Tls psk = Tls.builder().anchors(root).psk("dev1", new byte[32]).build();
                assertThrows(TransportException.class, () -> client.tls(psk).totalTimeout(Duration.ofSeconds(2)).build().enroll(Plant.dev1(stranger)));
            }
        }
    }

    @Test
    void a_certificate_goes_into_a_key_store_and_its_entry_is_credentials() throws Exception {
        try (Plant plant = new Plant()) {
            final char[] password = "entry".toCharArray();
            final KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            plant.inside().build().enroll(Plant.dev1(Key.generate("rsa:2048"))).storeIn(store, "dev1", password);
            assertEquals(3, store.getCertificateChain("dev1").length);
            final Client client = plant.inside().credentials(Credentials.entry(store, "dev1", password)).build();
            assertEquals("CN=dev1", client.update(Key.generate("ec:P-256")).certificate().getSubjectX500Principal().getName());
            assertThrows(java.security.KeyStoreException.class, () -> Credentials.entry(store, "dev2", password));
        }
    }

    @Test
    void an_asynchronous_enrollment_brings_the_same() throws Exception {
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final Client client = plant.at(listener).build();
            final Key key = Key.generate("ec:P-256");
            final Issued issued = client.enrollAsync(Plant.dev1(key)).get();
            final Key next = Key.generate("ec:P-256");
            final Client member = plant.at(listener).credentials(Credentials.certificate(key, issued.withChain())).build();
            final Issued updated = member.updateAsync(next).get();
            plant.at(listener).credentials(Credentials.certificate(next, updated.withChain())).build().revokeAsync(Revocation.ofOwn()).get();
            assertTrue(plant.ca.ca().crl().isRevoked(updated.certificate()));
        }
    }
}
