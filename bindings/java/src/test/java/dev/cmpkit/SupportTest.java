package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SupportTest {
    private static final String OWN = "1.3.6.1.4.1.99999.7";
    private static final byte[] DER = {0x04, 0x02, 'o', 'k'};

    @Test
    void the_ca_tells_its_certificates() throws Exception {
        try (Plant plant = new Plant()) {
            final Certificates told = plant.inside().build().caCertificates();
            assertFalse(told.list().isEmpty());
            told.list().get(0).verify(plant.root().first().getPublicKey());
        }
    }

    @Test
    void a_new_root_is_told_after_a_rollover_and_none_before() throws Exception {
        try (Plant plant = new Plant()) {
            final Client client = plant.inside().build();
            assertTrue(client.rootUpdate(plant.root()).isEmpty());
            final Key root = Key.load(Files.readAllBytes(plant.folder.resolve("ca/root.key.pem")), null);
            final Key next = Key.generate("ec:P-384");
            final Certificates made = plant.ca.ca().rollover(root, next, Duration.ofDays(3650));
            assertTrue(made.list().size() >= 3);
            final RootUpdate update = client.rootUpdate(plant.root()).orElseThrow();
            assertEquals(next.publicKey(), update.root().first().getPublicKey());
            assertFalse(update.links().isEmpty());
        }
    }

    @Test
    void the_template_says_what_a_request_shall_say() throws Exception {
        try (Plant plant = new Plant()) {
            final Template template = plant.inside().build().template("");
            assertFalse(template.isEmpty());
            assertTrue(template.summary().keys().contains("ec:P-256"), template.summary().toString());
            assertArrayEquals(template.der(), new Template(template.der()).der());
        }
    }

    @Test
    void a_crl_is_told_only_if_it_is_newer() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            final Client member = plant.member(key, plant.inside().build().enroll(Plant.dev1(key))).build();
            final List<X509CRL> crls = member.crls();
            assertEquals(1, crls.size());
            assertTrue(member.crls(SupportRequest.crls().newerThan(crls.get(0).getEncoded())).isEmpty());
        }
    }

    @Test
    void information_of_the_applications_own_is_told_now_or_later() throws Exception {
        try (Plant plant = new Plant()) {
            final AtomicInteger asked = new AtomicInteger();
            plant.ca.setInformation(OWN, (requester, value) -> {
                assertEquals("secret:dev1", requester);
                if (asked.getAndIncrement() == 0) throw new LaterException(Duration.ofSeconds(1), "the archive is closed");
                return value.length == 0 ? DER : value;
            });
            final Client client = plant.inside().build();
            assertArrayEquals(DER, client.information(OWN, null));
            assertEquals(2, asked.get());
            assertArrayEquals(new byte[] {5, 0}, client.information(OWN, new byte[] {5, 0}));
            plant.ca.setInformation(OWN, (requester, value) -> {
                throw new RefusedException("not for you");
            });
            assertThrows(RejectedException.class, () -> client.information(OWN, null));
            plant.ca.setInformation(OWN, null);
            assertThrows(RejectedException.class, () -> client.information(OWN, null));
        }
    }

    @Test
    void everything_is_told_at_once() throws Exception {
        try (Plant plant = new Plant("\n[[support.information]]\ntype = \"" + OWN + "\"\ntext = \"hello\"\n")) {
            final Client client = plant.inside().build();
            assertTrue(client.information().length > 10);
            try (Operation operation = client.operation(SupportRequest.all())) {
                operation.run();
                assertTrue(new String(operation.answer().value(OWN), StandardCharsets.UTF_8).endsWith("hello"));
                assertThrows(NotFoundException.class, () -> operation.answer().value("1.2.3.4"));
                assertThrows(BadStateException.class, operation::issued);
            }
        }
    }

    @Test
    void an_operation_is_taken_step_by_step_without_any_io() throws Exception {
        try (Plant plant = new Plant()) {
            final Client client = plant.inside().clock(Clock.systemUTC()).build();
            try (Operation operation = client.operation(Plant.dev1(Key.generate("ec:P-256")))) {
                assertThrows(BadStateException.class, operation::issued);
                Action next = operation.begin();
                assertEquals("initialization", operation.label());
                while (next != Action.DONE) {
                    next = switch (next) {
                        case SEND -> operation.receive(plant.ca.answer(operation.message()));
                        case DECIDE -> operation.decide(operation.certificate().length > 100, "");
                        case KEEP -> operation.kept();
                        default -> throw new AssertionError(next);
                    };
                }
                assertEquals("CN=dev1", operation.issued().certificate().getSubjectX500Principal().getName());
            }
            try (Operation operation = client.operation(Plant.dev1(Key.generate("ec:P-256")))) {
                operation.begin();
                final CmpkitException lost = assertThrows(CmpkitException.class, () -> operation.lost("the line is down"));
                assertTrue(lost.getMessage().contains("the line is down"), lost.getMessage());
            }
        }
    }
}
