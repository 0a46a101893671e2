package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An RA in front of a CA, both in the application. */
class RegistrationTest {
    private static final String RA = """
            listen = ["http://127.0.0.1:0"]
            [ra]
            certificate = ["ra-signer.pem"]
            key         = "ra-signer.key.pem"
            chain       = ["issuing.pem"]
            poll_after  = "1s"
            [pki]
            trust         = ["root.pem"]
            intermediates = ["issuing.pem"]
            revocation    = "none"
            [[secret]]
            reference = "dev1"
            secret    = "plant"
            uses      = 0
            """;

    private static String upstream(Listener ca) {
        return "[[upstream]]\nname = \"ca\"\nurl = \"" + ca.urls().get(0) + "\"\ntrust = [\"root.pem\"]\nintermediates = [\"issuing.pem\"]\nrevocation = \"none\"\n";
    }

    private static final String LEGACY = "[[upstream]]\nname = \"legacy\"\nadapter = \"application\"\ntrust = [\"root.pem\"]\nintermediates = [\"issuing.pem\"]\nrevocation = \"none\"\n";

    private static ClientBuilder device(Plant plant, Listener ra) throws CmpkitException {
        return plant.at(ra).credentials(Credentials.secret("dev1", "plant".toCharArray())).totalTimeout(Duration.ofSeconds(30));
    }

    private static Responder ra(Plant plant, String more) throws CmpkitException {
        return Responder.of(RA + more, plant.folder.resolve("ca"));
    }

    @Test
    void an_ra_carries_requests_to_its_ca_and_asks_the_application() throws Exception {
        try (Plant plant = new Plant(); Listener atCa = plant.ca.listen(); Responder ra = ra(plant, upstream(atCa) + "[[rule]]\nname = \"all\"\naction = \"modify\"\nforced_subject = \"O=Plant\"\nsubjects = [\"*\"]\nsans = [\"*\"]\nbodies = [\"ir\"]\n")) {
            final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
            ra.setOverseer(question -> {
                questions.add(question);
                if (question.subject().endsWith("thief")) throw new RefusedException("not this one");
                return question.subject().endsWith("press") ? Optional.of(Names.of("CN=press 4,O=Plant")) : Optional.empty();
            });
            try (Listener atRa = ra.listen()) {
                final Client client = device(plant, atRa).build();
                final Issued named = client.enroll(Enrollment.ir(Key.generate("ec:P-256")).subject("CN=press"));
                assertEquals("CN=press 4,O=Plant", named.certificate().getSubjectX500Principal().getName());
                final Question question = questions.poll();
                assertEquals(List.of("secret:dev1", "secret", "ir", "all", "ca"), List.of(question.requester(), question.kind(), question.body(), question.rule(), question.upstream()));
                final Key key = Key.generate("ec:P-256");
                final RejectedException refused = assertThrows(RejectedException.class, () -> client.enroll(Enrollment.ir(key).subject("CN=thief")));
                assertTrue(refused.getMessage().contains("not this one"), refused.getMessage());
            }
        }
    }

    @Test
    void an_overseer_may_say_later() throws Exception {
        try (Plant plant = new Plant(); Listener atCa = plant.ca.listen(); Responder ra = ra(plant, upstream(atCa) + "[[rule]]\nname = \"all\"\naction = \"reprotect\"\nbodies = [\"ir\"]\nsubjects = [\"*\"]\n")) {
            final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
            ra.setOverseer(question -> {
                questions.add(question);
                if (questions.size() <= 2) throw new LaterException(Duration.ofSeconds(1), "at lunch");
                return Optional.empty();
            });
            try (Listener atRa = ra.listen()) {
                final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
                device(plant, atRa).waiting((checkAfter, text) -> texts.add(text)).build().enroll(Plant.dev1(Key.generate("ec:P-256")));
                assertTrue(texts.poll().contains("at lunch"));
                assertEquals(3, questions.size()); // by the ir, the first pollReq and the next one
            }
        }
    }

    @Test
    void an_officer_approves_by_hand() throws Exception {
        final String byHand = "[[rule]]\nname = \"by hand\"\naction = \"reprotect\"\napprove_by_hand = true\npoll_after = \"1s\"\nbodies = [\"ir\"]\nsubjects = [\"*\"]\n";
        try (Plant plant = new Plant(); Listener atCa = plant.ca.listen(); Responder ra = ra(plant, upstream(atCa) + byHand); Listener atRa = ra.listen()) {
            final BlockingQueue<Duration> waits = new LinkedBlockingQueue<>();
            final Client client = device(plant, atRa).waiting((checkAfter, text) -> waits.add(checkAfter)).build();
            final CompletableFuture<Issued> issued = client.enrollAsync(Plant.dev1(Key.generate("ec:P-256")));
            assertEquals(Duration.ofSeconds(1), waits.poll(20, TimeUnit.SECONDS));
            final PendingRequest request = ra.ra().pending().get(0);
            assertEquals("CN=dev1", request.subject());
            ra.ra().approve(request.id().substring(0, 8));
            assertEquals("CN=dev1", issued.get(20, TimeUnit.SECONDS).certificate().getSubjectX500Principal().getName());
            waits.clear();
            final CompletableFuture<Issued> second = client.enrollAsync(Plant.dev1(Key.generate("ec:P-256")));
            waits.poll(20, TimeUnit.SECONDS);
            final PendingRequest other = ra.ra().pending().get(0);
            ra.ra().reject(other.id(), "not twice");
            final Throwable rejected = assertThrows(java.util.concurrent.ExecutionException.class, () -> second.get(20, TimeUnit.SECONDS)).getCause();
            assertTrue(rejected instanceof RejectedException && rejected.getMessage().contains("not twice"), rejected.toString());
        }
    }

    @Test
    void the_application_asks_a_ca_that_knows_pkcs10_alone() throws Exception {
        try (Plant plant = new Plant(); Responder ra = ra(plant, LEGACY)) {
            assertThrows(CmpkitException.class, ra::listen); // an adapter is needed first
            final BlockingQueue<Adapter.Request> requests = new LinkedBlockingQueue<>();
            ra.setAdapter(request -> {
                requests.add(request);
                final Issued issued = plant.inside().build().enroll(Enrollment.p10cr(request.pkcs10()));
                return issued.withChain();
            });
            try (Listener atRa = ra.listen()) {
                final Issued issued = device(plant, atRa).build().enroll(Enrollment.p10cr(EnrollmentTest.PKCS10.getBytes(java.nio.charset.StandardCharsets.US_ASCII)).profile("press"));
                assertEquals("CN=dev1", issued.certificate().getSubjectX500Principal().getName());
                final Adapter.Request request = requests.poll();
                assertEquals(List.of("legacy", "press", 32), List.of(request.upstream(), request.profile(), request.requestId().length()));
                assertTrue(request.transactionId().matches("[0-9a-f]+"));
                ra.setAdapter(refused -> { throw new RefusedException("not with that key"); });
                final Client client = device(plant, atRa).build();
                final RejectedException rejected =
                        assertThrows(RejectedException.class, () -> client.enroll(Enrollment.p10cr(EnrollmentTest.PKCS10.getBytes(java.nio.charset.StandardCharsets.US_ASCII))));
                assertTrue(rejected.getMessage().contains("not with that key"), rejected.getMessage());
            }
        }
    }
}
