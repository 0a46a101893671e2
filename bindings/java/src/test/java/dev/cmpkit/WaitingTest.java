package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A CA whose operator approves by hand, and operations that outlive their client. */
class WaitingTest {
    static final String BY_HAND = """

            [[profile]]
            name = "by hand"
            secret_subjects = ["CN={reference},*"]
            approve_by_hand = true
            poll_after = "1s"
            """;
    private final BlockingQueue<Duration> waits = new LinkedBlockingQueue<>();

    private static Enrollment byHand(Key key) {
        return Plant.dev1(key).profile("by hand");
    }

    private Duration waiting() throws InterruptedException {
        final Duration wait = waits.poll(20, TimeUnit.SECONDS);
        assertTrue(wait != null, "the CA lets nobody wait");
        return wait;
    }

    @Test
    void a_request_waits_until_the_operator_has_approved_it() throws Exception {
        try (Plant plant = new Plant(BY_HAND); Listener listener = plant.ca.listen()) {
            final Client client = plant.at(listener).waiting((checkAfter, text) -> waits.add(checkAfter)).build();
            final CompletableFuture<Issued> issued = client.enrollAsync(byHand(Key.generate("ec:P-256")));
            assertEquals(Duration.ofSeconds(1), waiting());
            final PendingRequest request = plant.ca.ca().pending().get(0);
            assertEquals("CN=dev1", request.subject());
            assertEquals("secret:dev1", request.requester());
            plant.ca.ca().approve(request.id());
            assertThrows(BadStateException.class, () -> plant.ca.ca().reject(request.id(), ""));
            assertEquals("CN=dev1", issued.get(20, TimeUnit.SECONDS).certificate().getSubjectX500Principal().getName());
        }
    }

    @Test
    void a_request_that_the_operator_rejects_ends_with_the_reason() throws Exception {
        try (Plant plant = new Plant(BY_HAND)) {
            final Client client = plant.inside().waiting((checkAfter, text) -> plant.ca.ca().reject(plant.ca.ca().pending().get(0).id(), "not this one")).build();
            final Key key = Key.generate("ec:P-256");
            final RejectedException rejected = assertThrows(RejectedException.class, () -> client.enroll(byHand(key)));
            assertTrue(rejected.getMessage().contains("not this one"), rejected.getMessage());
        }
    }

    @Test
    void a_saved_operation_goes_on_in_a_fresh_context() throws Exception {
        try (Plant plant = new Plant(BY_HAND)) {
            final AtomicReference<byte[]> saved = new AtomicReference<>();
            final Key key = Key.generate("ec:P-256");
            final Client first = plant.inside().saver(saved::set).memo(new byte[] {4, 2}).totalTimeout(Duration.ofMillis(500)).build();
            assertThrows(DeadlineException.class, () -> first.enroll(byHand(key)));
            plant.ca.ca().approve(plant.ca.ca().pending().get(0).id());
            assertArrayEquals(new byte[] {4, 2}, Client.memoOf(saved.get()));
            final Key other = Key.generate("ec:P-256");
            try (Context fresh = Context.builder().build()) {
                final Client second = plant.inside().context(fresh).build();
                assertThrows(CryptoException.class, () -> second.resume(saved.get(), other));
                try (Operation operation = second.resume(saved.get(), key)) {
                    operation.run();
                    assertEquals(key.publicKey(), operation.issued().certificate().getPublicKey());
                }
            }
        }
    }

    @Test
    void a_state_is_resumed_by_the_same_credentials_alone() throws Exception {
        try (Plant plant = new Plant()) {
            final byte[] state;
            try (Operation operation = plant.inside().build().operation(SupportRequest.caCertificates())) {
                operation.begin();
                operation.setMemo(new byte[] {1});
                state = operation.save();
            }
            final Client stranger = plant.inside().credentials(Credentials.secret("dev2", "another".toCharArray())).build();
            final ProtectionException refused = assertThrows(ProtectionException.class, () -> stranger.resume(state, null));
            assertEquals("protection", refused.fault().layer());
            try (Operation operation = plant.inside().build().resume(state, null)) {
                operation.run();
                assertTrue(operation.answer().certificates().list().size() >= 1);
            }
        }
    }

    @Test
    void a_run_is_cancelled_by_another_thread() throws Exception {
        try (Plant plant = new Plant(BY_HAND); Listener listener = plant.ca.listen()) {
            final Client client = plant.at(listener).waiting((checkAfter, text) -> waits.add(checkAfter)).build();
            try (Operation operation = client.operation(byHand(Key.generate("ec:P-256")))) {
                final CompletableFuture<Operation> run = operation.runAsync(task -> new Thread(task).start());
                waiting();
                operation.cancel();
                final ExecutionException failed = assertThrows(ExecutionException.class, () -> run.get(20, TimeUnit.SECONDS));
                assertTrue(failed.getCause() instanceof CancelledException, failed.toString());
            }
        }
    }

    @Test
    void a_cancelled_future_ends_its_operation() throws Exception {
        try (Plant plant = new Plant(BY_HAND); Listener listener = plant.ca.listen()) {
            final CompletableFuture<Thread> thread = new CompletableFuture<>();
            final Client client = plant.at(listener).waiting((checkAfter, text) -> thread.complete(Thread.currentThread())).build();
            final CompletableFuture<Issued> issued = client.enrollAsync(byHand(Key.generate("ec:P-256")));
            final Thread running = thread.get(20, TimeUnit.SECONDS);
            assertTrue(issued.cancel(true));
            running.join(20_000);
            assertTrue(!running.isAlive(), "the operation goes on");
        }
    }

    @Test
    void another_thread_closes_an_operation_in_the_middle_of_its_run() throws Exception {
        try (Plant plant = new Plant(BY_HAND); Listener listener = plant.ca.listen()) {
            final Client client = plant.at(listener).waiting((checkAfter, text) -> waits.add(checkAfter)).build();
            final Operation operation = client.operation(byHand(Key.generate("ec:P-256")));
            final CompletableFuture<Operation> run = operation.runAsync(task -> new Thread(task).start());
            waiting();
            assertThrows(BadStateException.class, operation::message); // in use
            operation.close();
            final ExecutionException failed = assertThrows(ExecutionException.class, () -> run.get(20, TimeUnit.SECONDS));
            assertTrue(failed.getCause() instanceof CancelledException, failed.toString());
            assertThrows(BadStateException.class, operation::run);
        }
    }
}
