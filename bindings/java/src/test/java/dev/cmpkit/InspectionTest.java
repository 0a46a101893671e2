package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InspectionTest {
    @Test
    void a_message_is_told_in_words_and_as_an_object() throws Exception {
        try (Plant plant = new Plant(); Operation operation = plant.inside().build().operation(Plant.dev1(Key.generate("ec:P-256")))) {
            operation.begin();
            final Inspection seen = Inspection.of(operation.message());
            assertTrue(seen.text().contains("pvno"), seen.text());
            assertTrue(seen.brief().length() < seen.text().length());
            final Map<String, Object> json = seen.json().object();
            assertEquals("PKIMessage", json.get("type"));
            assertEquals((long) operation.message().length, json.get("size"));
            assertTrue(((Map<?, ?>) json.get("value")).containsKey("header"));
            assertTrue(seen.json().text().startsWith("{"));
        }
    }

    @Test
    void a_certificate_is_told_in_short() throws Exception {
        try (Plant plant = new Plant()) {
            final Inspection.Summary root = Inspection.summary(plant.root());
            assertEquals("CN=Plant Root,O=Plant", root.subject());
            assertEquals(root.subject(), root.issuer());
            assertEquals("ec:P-256", root.key());
            assertEquals(List.of(), root.sans());
            assertTrue(root.notAfter().isAfter(Instant.now()) && root.notBefore().isBefore(Instant.now().plusSeconds(1)));
            assertEquals(plant.root().first().getSerialNumber(), new java.math.BigInteger(root.serial().substring(2), 16));
        }
        assertEquals("CertificationRequest", Inspection.of(EnrollmentTest.PKCS10.getBytes(StandardCharsets.US_ASCII)).json().object().get("type"));
    }

    @Test
    void certificates_come_and_go_as_pem_der_and_javas() throws Exception {
        try (Plant plant = new Plant()) {
            final Certificates pem = plant.root();
            final Certificates der = Certificates.of(pem.first().getEncoded());
            assertEquals(pem.list(), der.list());
            assertEquals(pem.list(), Certificates.of(der.pem()).list());
            assertEquals(pem.list(), Certificates.of(pem.first()).list());
            assertEquals(pem.list(), Certificates.read(plant.folder.resolve("ca/root.pem")).list());
            assertTrue(Certificates.of("").isEmpty());
            assertEquals(List.of(), Certificates.of("").list());
        }
    }

    @Test
    void the_library_tells_its_version_its_peers_and_its_transports() throws Exception {
        assertTrue(Context.version().matches("\\d+\\.\\d+\\.\\d+"));
        assertEquals(1, Context.abiVersion());
        assertTrue(Context.peers().objects().stream().anyMatch(peer -> "ejbca".equals(peer.get("name"))));
        final Map<String, Object> http = Context.shared().transports().objects().stream().filter(t -> "http".equals(t.get("name"))).findFirst().orElseThrow();
        assertTrue(((String) http.get("file")).contains("cmpkit-java-"), http.toString());
        assertFalse(Context.shared().isOffline("http://ca.plant"));
        assertTrue(Context.shared().isOffline("file:/nowhere"));
    }

    @Test
    void a_server_is_asked_what_it_offers_and_for_one_exchange() throws Exception {
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen(); Context context = Context.builder().option("http", "drafts", "off").build()) {
            final String url = listener.urls().get(0);
            final List<Context.Link> links = context.discover(url, null, Duration.ofSeconds(10));
            assertTrue(links.stream().anyMatch(link -> link.operation().equals("initialization") || link.path().contains("cmp")), links.toString());
            try (Operation operation = plant.inside().build().operation(SupportRequest.caCertificates())) {
                operation.begin();
                assertEquals(Action.DONE, operation.receive(context.exchange(url, operation.message(), null, null, null)));
            }
            context.setOption("http", "proxy", "http://127.0.0.1:1");
        }
    }
}
