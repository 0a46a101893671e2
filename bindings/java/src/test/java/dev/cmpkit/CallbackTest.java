package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Callbacks of an operation, which run in the thread of its run. */
class CallbackTest {
    @Test
    void the_policy_sees_the_certificate_and_may_decline_it() throws Exception {
        try (Plant plant = new Plant()) {
            final List<Offer> offers = new ArrayList<>();
            final Client client = plant.inside().policy(offer -> offers.add(offer) && offers.size() > 1).build();
            final Key key = Key.generate("ec:P-256");
            assertThrows(CmpkitException.class, () -> client.enroll(Plant.dev1(key)));
            assertEquals("CN=dev1", offers.get(0).certificate().getSubjectX500Principal().getName());
            assertFalse(offers.get(0).withMods());
            final String declined = "0x" + offers.get(0).certificate().getSerialNumber().toString(16);
            assertFalse(plant.ca.ca().find(new CaSearch("valid", "", "", "", null)).stream().anyMatch(r -> r.certificate().serial().equals(declined)), "it counts at the CA");
            final Issued issued = client.enroll(Plant.dev1(key));
            assertTrue(Arrays.equals(offers.get(1).der(), issued.der()));
        }
    }

    @Test
    void what_the_keeper_has_not_kept_is_not_confirmed() throws Exception {
        try (Plant plant = new Plant()) {
            final IOException full = new IOException("the disk is full");
            final ClientBuilder client = plant.inside();
            final Key key = Key.generate("ec:P-256");
            final CallbackException failed = assertThrows(CallbackException.class, () -> client.keeper((certificate, chain) -> {
                throw full;
            }).build().enroll(Plant.dev1(key)));
            assertSame(full, failed.getCause());
            assertEquals("callback_failed", failed.fault().name());
            final List<Certificates> kept = new ArrayList<>();
            final Issued issued = client.keeper((certificate, chain) -> kept.addAll(List.of(certificate, chain))).build().enroll(Plant.dev1(key));
            assertEquals(issued.certificate(), kept.get(0).first());
            assertEquals(issued.chain().list(), kept.get(1).list());
        }
    }

    private static <T extends Throwable> T comesBack(Class<T> kind, Client client) throws CmpkitException {
        final Key key = Key.generate("ec:P-256");
        return assertThrows(kind, () -> client.enroll(Plant.dev1(key)));
    }

    @Test
    void what_a_callback_throws_comes_back_as_the_same_object_with_its_own_trace() throws Exception {
        try (Plant plant = new Plant()) {
            final IllegalStateException own = new IllegalStateException("of the application");
            assertSame(own, comesBack(IllegalStateException.class, plant.inside().policy(offer -> { throw own; }).build()));
            assertSame(own, comesBack(IllegalStateException.class, plant.inside().trace((direction, message) -> { throw own; }).build()));
            assertSame(own, comesBack(IllegalStateException.class, plant.inside().saver(state -> { throw own; }).build()));
            assertSame(own, comesBack(IllegalStateException.class, plant.inside().keeper((certificate, chain) -> { throw own; }).build()));
            final AssertionError error = new AssertionError("an Error too");
            assertSame(error, comesBack(AssertionError.class, plant.inside().policy(offer -> { throw error; }).build()));
            final CmpkitException ours = Certificates.malformed("of cmpkit");
            assertSame(ours, comesBack(MalformedException.class, plant.inside().policy(offer -> { throw ours; }).build()));
            final Client client = Client.over(CallbackTest::fail).credentials(Plant.secret()).build();
            final Throwable cause = comesBack(CallbackException.class, client).getCause();
            assertTrue(Arrays.stream(cause.getStackTrace()).anyMatch(at -> at.getMethodName().equals("fail")));
        }
    }

    private static byte[] fail(String label, byte[] request) throws IOException {
        throw new IOException("no line");
    }

    @Test
    void a_waiting_callback_that_throws_ends_the_run() throws Exception {
        try (Plant plant = new Plant(WaitingTest.BY_HAND)) {
            final RuntimeException own = new RuntimeException("no time");
            final Client client = plant.inside().waiting((checkAfter, text) -> { throw own; }).build();
            final Key key = Key.generate("ec:P-256");
            assertSame(own, assertThrows(RuntimeException.class, () -> client.enroll(Plant.dev1(key).profile("by hand"))));
        }
    }

    @Test
    void a_transport_that_fails_inside_another_operation_is_told_apart() throws Exception {
        try (Plant plant = new Plant()) {
            final RuntimeException own = new RuntimeException("inner");
            final Client inner = Client.over((label, request) -> { throw own; }).credentials(Plant.secret()).build();
            final Client outer = Client.over((label, request) -> {
                assertSame(own, assertThrows(RuntimeException.class, inner::caCertificates));
                return plant.ca.answer(request);
            }).credentials(Plant.secret()).trust(plant.trust()).build();
            assertFalse(outer.caCertificates().isEmpty());
        }
    }

    @Test
    void an_operation_cannot_be_used_by_its_own_callback() throws Exception {
        try (Plant plant = new Plant()) {
            final Operation[] self = new Operation[1];
            final Client client = plant.inside().policy(offer -> {
                assertThrows(BadStateException.class, self[0]::message);
                return true;
            }).build();
            try (Operation operation = client.operation(Plant.dev1(Key.generate("ec:P-256")))) {
                self[0] = operation;
                operation.run();
            }
        }
    }

    @Test
    void each_message_is_traced() throws Exception {
        try (Plant plant = new Plant()) {
            final List<String> seen = new ArrayList<>();
            plant.inside().trace((direction, message) -> seen.add(direction + " " + Inspection.of(message).json().object().get("type"))).build().caCertificates();
            assertEquals(List.of("SENT PKIMessage", "RECEIVED PKIMessage"), seen);
        }
    }

    @Test
    void a_signer_that_throws_ends_the_operation() throws Exception {
        try (Plant plant = new Plant()) {
            final RuntimeException own = new RuntimeException("the token is gone");
            final Key key = Key.ofSigner(Key.generate("ec:P-256").publicKey(), (algorithm, data) -> { throw own; });
            assertSame(own, assertThrows(RuntimeException.class, () -> plant.inside().build().enroll(Plant.dev1(key))));
        }
    }

    @Test
    void the_log_is_heard_and_what_it_throws_goes_to_the_threads_handler() throws Exception {
        final List<String> heard = new CopyOnWriteArrayList<>();
        final Thread thread = Thread.currentThread();
        final Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        final List<Throwable> reported = new CopyOnWriteArrayList<>();
        final RuntimeException own = new RuntimeException("no log");
        try (Plant plant = new Plant(); Context context = Context.builder().log(Level.DEBUG, (level, text) -> {
            heard.add(level + " " + text);
            throw own;
        }).build()) {
            thread.setUncaughtExceptionHandler((t, e) -> reported.add(e));
            try (Responder loud = Responder.of(context, plant.config(), plant.folder.resolve("ca"), java.time.Clock.systemUTC())) {
                final Client client = Client.over((label, request) -> loud.answer(request)).credentials(Plant.secret()).trust(plant.trust()).build();
                client.enroll(Plant.dev1(Key.generate("ec:P-256")));
            }
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        assertTrue(heard.stream().anyMatch(line -> line.startsWith("INFO ")), heard.toString());
        assertSame(own, reported.get(0));
    }
}
