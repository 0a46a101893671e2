package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A CA in the application. */
class ResponderTest {
    @Test
    void the_application_names_the_devices_and_refuses_some() throws Exception {
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final List<Question> questions = new CopyOnWriteArrayList<>();
            plant.ca.setNaming(question -> {
                questions.add(question);
                if (question.subject().endsWith("thief")) throw new RefusedException("not before Monday");
                return question.subject().endsWith("press") ? Optional.of(Names.of("CN=press 4 \uD83D\uDE00,O=Plant", "dns:press4.plant", "ip:192.0.2.4")) : Optional.empty();
            });
            final Client client = plant.at(listener).build();
            final Issued named = client.enroll(Enrollment.ir(Key.generate("ec:P-256")).subject("CN=press").san("dns:press"));
            assertEquals("CN=press 4 \uD83D\uDE00,O=Plant", named.certificate().getSubjectX500Principal().getName());
            assertEquals(2, named.certificate().getSubjectAlternativeNames().size());
            assertTrue(named.withMods());
            final Question question = questions.get(0);
            assertEquals(List.of("secret:dev1", "secret", "device", "CN=press", ""), List.of(question.requester(), question.kind(), question.profile(), question.subject(), question.body()));
            assertEquals(List.of("dns:press"), question.sans());
            assertTrue(question.certificate().isEmpty());
            assertEquals("CN=dev1", client.enroll(Plant.dev1(Key.generate("ec:P-256"))).certificate().getSubjectX500Principal().getName());
            final Key key = Key.generate("ec:P-256");
            final RejectedException refused = assertThrows(RejectedException.class, () -> client.enroll(Enrollment.ir(key).subject("CN=thief")));
            assertTrue(refused.getMessage().contains("not before Monday"), refused.getMessage());
            plant.ca.setNaming(null);
            client.enroll(Plant.dev1(Key.generate("ec:P-256")));
            assertTrue(plant.member(key, client.enroll(Plant.dev1(key))).build().caCertificates().list().size() >= 1);
        }
    }

    @Test
    void what_callbacks_throw_in_threads_of_a_listener_is_reported_and_the_server_goes_on() throws Exception {
        final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        final BlockingQueue<Throwable> reported = new LinkedBlockingQueue<>();
        final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
            reported.add(thrown);
            threads.add(thread);
        });
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final RuntimeException own = new RuntimeException("no inventory");
            plant.ca.setNaming(question -> { throw own; });
            final Client client = plant.at(listener).build();
            final Key key = Key.generate("ec:P-256");
            for (int i = 0; i < 100; ++i) {
                final RejectedException refused = assertThrows(RejectedException.class, () -> client.enroll(Plant.dev1(key)));
                assertTrue(!refused.getMessage().contains("inventory"), refused.getMessage());
                assertSame(own, reported.poll(10, TimeUnit.SECONDS));
            }
            assertTrue(threads.poll() != Thread.currentThread());
            plant.ca.setNaming(null);
            final RuntimeException deaf = new RuntimeException("deaf");
            plant.ca.setEvents(event -> { throw deaf; });
            client.enroll(Plant.dev1(key));
            assertSame(deaf, reported.poll(10, TimeUnit.SECONDS));
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void events_tell_what_came_of_requests() throws Exception {
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final BlockingQueue<Json> events = new LinkedBlockingQueue<>();
            plant.ca.setEvents(events::add);
            plant.at(listener).build().enroll(Plant.dev1(Key.generate("ec:P-256")));
            final Json event = events.poll(10, TimeUnit.SECONDS);
            assertTrue(event != null && event.text().contains("dev1"), String.valueOf(event));
            assertTrue(event.object().size() > 2);
        }
    }

    @Test
    void a_time_to_come_again_is_a_second_to_a_year() throws Exception {
        final Thread thread = Thread.currentThread();
        final BlockingQueue<Throwable> reported = new LinkedBlockingQueue<>();
        thread.setUncaughtExceptionHandler((t, e) -> reported.add(e));
        try (Plant plant = new Plant()) {
            plant.ca.setInformation("1.2.3", (requester, value) -> { throw new LaterException(Duration.ofDays(999), ""); });
            assertThrows(RejectedException.class, () -> plant.inside().build().information("1.2.3", null));
            assertTrue(reported.poll() instanceof CmpkitException);
        } finally {
            thread.setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void the_operator_finds_and_revokes_and_makes_a_crl() throws Exception {
        try (Plant plant = new Plant()) {
            final Issued issued = plant.inside().build().enroll(Plant.dev1(Key.generate("ec:P-256")));
            final CaRecord record = plant.ca.ca().find(CaSearch.bySubject("dev1")).get(0);
            assertEquals(List.of("valid", "secret:dev1", "device", ""), List.of(record.state(), record.requester(), record.profile(), record.reason()));
            final Instant since = Instant.ofEpochSecond(Instant.now().getEpochSecond() - 100);
            plant.ca.ca().revoke(record.certificate().serial(), "keyCompromise", since);
            assertTrue(plant.ca.ca().crl().isRevoked(issued.certificate()));
            final CaRecord revoked = plant.ca.ca().find(CaSearch.ALL).get(0);
            assertEquals(List.of("revoked", "keyCompromise", since), List.of(revoked.state(), revoked.reason(), revoked.invalidSince()));
            assertTrue(revoked.revokedAt().isAfter(since));
            assertEquals(List.of(), plant.ca.ca().find(new CaSearch("valid", "", "", "", Instant.now())));
            assertThrows(BadArgumentException.class, () -> plant.ca.ca().find(new CaSearch("lost", "", "", "", null)));
            assertThrows(ProtocolException.class, () -> plant.ca.ca().revoke("1", ""));
        }
    }

    @Test
    void a_configuration_is_read_anew_or_nothing_changes() throws Exception {
        try (Plant plant = new Plant()) {
            assertEquals(List.of(), plant.ca.reload(plant.config(), plant.folder.resolve("ca")));
            assertEquals(List.of("server.queue"), plant.ca.reload(plant.config() + "\n[server]\nqueue = 7\n", plant.folder.resolve("ca")));
            assertThrows(BadConfigurationException.class, () -> plant.ca.reload("listen = [", plant.folder));
            plant.ca.tick();
            plant.inside().build().enroll(Plant.dev1(Key.generate("ec:P-256")));
        }
    }

    @Test
    void a_ca_goes_by_the_clock_that_it_was_given() throws Exception {
        try (Plant plant = new Plant()) {
            final Clock later = Clock.fixed(Instant.now().plus(Duration.ofDays(3)), ZoneOffset.UTC);
            try (Responder ca = Responder.of(Context.shared(), plant.config(), plant.folder.resolve("ca"), later)) {
                final Client client = Client.over((label, request) -> ca.answer(request, "192.0.2.1", "device")).credentials(Plant.secret()).build();
                assertThrows(CmpkitException.class, client::caCertificates); // badTime
                assertEquals(later.instant().getEpochSecond(), ca.ca().crl().getThisUpdate().toInstant().getEpochSecond());
            }
        }
    }

    @Test
    void a_ca_is_founded_with_all_that_is_asked_for() throws Exception {
        try (Plant maker = new Plant(); Context context = Context.builder().build()) {
            final char[] passphrase = "é words".toCharArray();
            final java.nio.file.Path folder = maker.folder.resolve("other");
            Files.writeString(maker.folder.resolve("pass"), "é words");
            Founding.of("/CN=Other Root").key("ec:P-384").listen("http://127.0.0.1:0").secret("dev2", "another").trustExternal(maker.folder.resolve("ca/root.pem"))
                    .externalRevocation(RevocationCheck.NONE).passphrase(passphrase, "file:" + maker.folder.resolve("pass")).raSigner().kgaSigner().context(context).time(Instant.now())
                    .found(folder);
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
            final Certificates root = Certificates.read(folder.resolve("root.pem"));
            assertEquals("ec:P-384", Inspection.summary(root).key());
            Key.load(Files.readAllBytes(folder.resolve("root.key.pem")), passphrase);
            assertTrue(Files.exists(folder.resolve("ra-signer.pem")));
            final Key key = Key.generate("ec:P-256");
            final Issued made = maker.inside().build().enroll(Plant.dev1(key));
            try (Responder other = Responder.open(folder)) { // an ir by a certificate of another PKI
                final Client client = Client.over((label, request) -> other.answer(request)).credentials(Credentials.certificate(key, made.withChain())).trust(Trust.anchors(root)).build();
                assertEquals("CN=dev1", client.enroll(Plant.dev1(Key.generate("ec:P-256"))).certificate().getSubjectX500Principal().getName());
            }
        }
    }
}
