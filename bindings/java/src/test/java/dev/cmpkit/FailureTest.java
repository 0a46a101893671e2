package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** Each kind of failure that can be provoked, with what it tells. */
class FailureTest {
    @Test
    void a_wrong_secret_is_rejected_by_the_ca() throws Exception {
        try (Plant plant = new Plant()) {
            final Client client = plant.inside().credentials(Credentials.secret("dev1", "wrong".toCharArray())).build();
            // Who has another secret cannot verify the refusal, which comes without protection.
            final ProtectionException unverified = assertThrows(ProtectionException.class, client::caCertificates);
            assertEquals("protection_missing", unverified.fault().name());
            assertEquals("body.error", unverified.fault().path());
            assertEquals("RFC 9483 3.6", unverified.fault().clause());
            assertEquals("badMessageCheck", unverified.fault().failInfoName());
            assertTrue(unverified.fault().detail().contains("the protection does not fit"), unverified.getMessage());
        }
    }

    @Test
    void a_name_that_is_not_ones_own_is_rejected_by_the_ca() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            final Client member = plant.member(key, plant.inside().build().enroll(Plant.dev1(key))).build();
            final Key other = Key.generate("ec:P-256");
            final RejectedException rejected = assertThrows(RejectedException.class, () -> member.enroll(Enrollment.cr(other).subject("/CN=somebody else")));
            assertInstanceOf(ProtocolException.class, rejected);
            assertEquals(-85, rejected.code());
            assertEquals("rejected", rejected.fault().name());
            assertEquals("notAuthorized", rejected.fault().failInfoName());
            assertEquals("body.response[0].status", rejected.fault().path());
            assertEquals("RFC 9483 3.6", rejected.fault().clause());
            assertEquals(23, rejected.fault().failInfo());
            assertEquals("cmp", rejected.fault().layer());
        }
    }

    @Test
    void an_answer_that_was_changed_is_refused_with_path_and_clause() throws Exception {
        try (Plant plant = new Plant()) {
            final Client client = Client.over((label, request) -> {
                final byte[] answer = plant.ca.answer(request);
                answer[answer.length - 1] ^= 1;
                return answer;
            }).credentials(Plant.secret()).build();
            final CmpkitException changed = assertThrows(CmpkitException.class, client::caCertificates);
            assertInstanceOf(ProtectionException.class, changed);
            assertEquals("protection", changed.fault().layer());
            assertTrue(changed.fault().clause().startsWith("RFC 9"), changed.fault().toString());
            assertTrue(changed.fault().path().contains("protection"), changed.fault().toString());
        }
    }

    @Test
    void an_answer_to_another_question_breaks_a_rule_of_cmp() throws Exception {
        try (Plant plant = new Plant()) {
            final byte[][] first = new byte[1][];
            final Client client = Client.over((label, request) -> {
                if (first[0] == null) first[0] = plant.ca.answer(request);
                return first[0];
            }).credentials(Plant.secret()).build();
            client.caCertificates();
            final CmpkitException other = assertThrows(ProtocolException.class, client::caCertificates);
            assertEquals("header.transactionID", other.fault().path());
        }
    }

    @Test
    void octets_that_are_no_message_are_told_with_their_place() {
        final MalformedException malformed = assertThrows(MalformedException.class, () -> Inspection.of(new byte[] {0x30, 0x05, 0x02, 0x01, 0x02}).text());
        assertEquals("der", malformed.fault().layer());
        assertTrue(malformed.fault().offset() >= 0);
    }

    @Test
    void each_other_kind_is_its_own_exception() throws Exception {
        try (Plant plant = new Plant()) {
            assertThrows(BadArgumentException.class, () -> Key.generate("dsa:1024"));
            assertThrows(CryptoException.class, () -> Key.load(new byte[] {1, 2, 3}, null));
            assertThrows(NotFoundException.class, () -> plant.ca.ca().approve("0123456789abcdef0123456789abcdef"));
            assertThrows(NotFoundException.class, () -> plant.ca.ca("nobody").pending());
            assertThrows(BadStateException.class, () -> plant.ca.ra().pending());
            assertThrows(ExistsException.class, () -> Founding.of("/CN=Root").found(plant.folder.resolve("ca")));
            assertThrows(IoException.class, () -> Responder.open(plant.folder.resolve("nowhere")));
            final BadConfigurationException typo = assertThrows(BadConfigurationException.class, () -> Responder.of(plant.config().replace("time_window", "time_windows"), plant.folder.resolve("ca")));
            assertTrue(typo.getMessage().contains("time_windows"), typo.getMessage());
            assertThrows(StoreException.class, () -> Responder.of(plant.config().replace("\"store.db\"", "\"no/such/folder/store.db\""), plant.folder.resolve("ca")));
            assertThrows(ProtocolException.class, () -> plant.ca.ca().revoke(plant.inside().build().enroll(Plant.dev1(Key.generate("ec:P-256"))).certificate().getSerialNumber().toString(),
                    "", Instant.now().plusSeconds(9000)));
        }
    }

    @Test
    void a_url_that_nobody_serves_is_a_failure_of_transport() throws Exception {
        final ClientBuilder client = Client.at("gopher://127.0.0.1").credentials(Plant.secret());
        assertEquals("no_plugin", assertThrows(TransportException.class, client.build()::caCertificates).fault().name());
        final ClientBuilder nobody = Client.at("http://127.0.0.1:1").credentials(Plant.secret()).totalTimeout(Duration.ofMillis(300));
        final TransportException away = assertThrows(TransportException.class, nobody.build()::caCertificates);
        assertEquals("transport", away.fault().layer());
    }

    @Test
    void a_time_limit_is_a_failure_of_transport_too() throws Exception {
        try (Plant plant = new Plant(WaitingTest.BY_HAND)) {
            final Client client = plant.inside().totalTimeout(Duration.ofMillis(300)).build();
            final Key key = Key.generate("ec:P-256");
            assertInstanceOf(TransportException.class, assertThrows(DeadlineException.class, () -> client.enroll(Plant.dev1(key).profile("by hand"))));
        }
        assertThrows(IllegalArgumentException.class, () -> Client.at("http://ca").credentials(Plant.secret()).connectTimeout(Duration.ZERO).build().caCertificates());
    }

    @Test
    void a_clock_that_is_wrong_is_told() throws Exception {
        try (Plant plant = new Plant()) {
            final Clock past = Clock.fixed(Instant.parse("2001-01-01T00:00:00Z"), ZoneOffset.UTC);
            try (Operation operation = plant.inside().clock(past).build().operation(SupportRequest.caCertificates())) {
                operation.begin();
                final ProtocolException rejected = assertThrows(ProtocolException.class, () -> {
                    for (Action next = Action.SEND; next == Action.SEND; ) next = operation.receive(plant.ca.answer(operation.message()));
                });
                assertEquals("badTime", rejected.fault().failInfoName());
            }
        }
    }

    @Test
    void a_cause_is_of_the_same_kind_and_the_text_has_it_all() throws Exception {
        final Client client = Client.at("http://127.0.0.1:1").credentials(Plant.secret()).totalTimeout(Duration.ofMillis(1)).build();
        final CmpkitException failed = assertThrows(CmpkitException.class, client::caCertificates);
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            assertInstanceOf(CmpkitException.class, cause);
            assertTrue(failed.getMessage().contains(((CmpkitException) cause).fault().detail()), failed.getMessage());
        }
    }

    @Test
    void a_failure_can_be_serialized() throws Exception {
        final BadArgumentException failed = assertThrows(BadArgumentException.class, () -> Key.generate("dsa:1024"));
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
            objects.writeObject(failed);
        }
        try (ObjectInputStream objects = new ObjectInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            assertEquals(failed.fault(), ((CmpkitException) objects.readObject()).fault());
        }
    }

    @Test
    void an_application_can_make_failures_for_its_own_tests() {
        final Fault fault = new Fault(-85, "rejected", "cmp: rejected", "cmp", "", "", "no", 0, 9, "badPOP");
        assertEquals("badPOP", new RejectedException(fault, null).fault().failInfoName());
    }

    @Test
    void hostile_octets_are_failures_and_no_crash() throws Exception {
        final byte[][] all = {{}, {0}, {0x30}, {0x30, (byte) 0x84, 0x7f, -1, -1, -1}, new byte[70_000], "-----BEGIN CERTIFICATE-----\n!!!\n".getBytes(StandardCharsets.US_ASCII), {0x30, (byte) 0x80, 0, 0}};
        try (Plant plant = new Plant(); Context context = Context.builder().build()) {
            final Key key = Key.generate("ec:P-256");
            final Client client = plant.inside().build();
            for (final byte[] hostile : all) {
                assertThrows(CmpkitException.class, () -> Key.load(hostile, "x".toCharArray()));
                assertThrows(CmpkitException.class, () -> Certificates.load(hostile, null));
                assertThrows(CmpkitException.class, () -> Credentials.pkcs12(hostile, null));
                assertThrows(CmpkitException.class, () -> Credentials.certificate(key, Certificates.of(hostile)));
                assertThrows(CmpkitException.class, () -> Trust.anchors(Certificates.of(hostile)));
                trustWith(hostile, plant);
                assertThrows(CmpkitException.class, () -> Inspection.of(hostile).json());
                assertThrows(CmpkitException.class, () -> Inspection.summary(Certificates.of(hostile)));
                assertThrows(CmpkitException.class, () -> new Template(hostile).summary());
                assertThrows(CmpkitException.class, () -> Client.memoOf(hostile));
                assertThrows(CmpkitException.class, () -> client.resume(hostile, key));
                assertThrows(CmpkitException.class, () -> client.enroll(Enrollment.p10cr(hostile)));
                assertTrue(plant.ca.answer(hostile).length > 0, "a refusal is an answer too");
                try (Operation operation = client.operation(Plant.dev1(key))) {
                    operation.begin();
                    receive(operation, hostile);
                }
                assertThrows(CmpkitException.class, () -> Client.over((label, request) -> hostile).credentials(Plant.secret()).totalTimeout(Duration.ofMillis(200)).build().caCertificates());
            }
            assertThrows(CmpkitException.class, () -> context.exchange("http://127.0.0.1:1", new byte[0], null, null, Duration.ofSeconds(1)));
            assertThrows(CmpkitException.class, () -> context.isOffline("\uD83D\uDE00://"));
            assertThrows(NullPointerException.class, () -> Credentials.certificate(null, plant.root()));
            assertThrows(BadConfigurationException.class, () -> plant.ca.reload("\uD83D\uDE00", Path.of("/")));
        }
    }

    /** What is no status is refused, or does not count when it is looked into. */
    private static void trustWith(byte[] status, Plant plant) throws CmpkitException {
        try {
            final Trust trust = Trust.builder().anchors(plant.root()).crl(status).ocsp(status).build();
            plant.inside().trust(trust).build().enroll(Plant.dev1(Key.generate("ec:P-256")));
        } catch (CmpkitException refused) {
            assertTrue(refused.code() < 0);
        }
    }

    /** What is no answer is as good as none: the message is sent again, until that is over. */
    private static void receive(Operation operation, byte[] hostile) throws CmpkitException {
        for (int i = 0; i < 100; ++i) {
            try {
                assertEquals(Action.SEND, operation.receive(hostile));
            } catch (CmpkitException refused) {
                return;
            }
        }
    }
}
