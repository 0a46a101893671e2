package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** When things end: closing, collection, memory, several threads. */
class LifeTest {
    @Test
    void what_is_closed_twice_stays_closed_and_says_so() throws Exception {
        try (Plant plant = new Plant()) {
            final Responder other = Responder.of(plant.config(), plant.folder.resolve("ca"));
            final Listener listener = other.listen("http://127.0.0.1:0");
            listener.stop(Duration.ofSeconds(1));
            listener.close();
            listener.close();
            assertThrows(BadStateException.class, () -> listener.stop(Duration.ZERO));
            assertEquals(1, listener.urls().size());
            other.close();
            other.close();
            assertThrows(BadStateException.class, () -> other.answer(new byte[1]));
            assertThrows(BadStateException.class, () -> other.listen());
            assertThrows(BadStateException.class, () -> other.setNaming(question -> Optional.empty()));
            assertThrows(BadStateException.class, () -> other.ca().pending());
            final Context context = Context.builder().build();
            final Client client = plant.inside().context(context).build();
            context.close();
            context.close();
            assertThrows(BadStateException.class, context::transports);
            assertThrows(BadStateException.class, client::caCertificates);
            final Credentials credentials = Plant.secret();
            credentials.close();
            credentials.close();
            assertThrows(BadStateException.class, plant.inside().credentials(credentials).build()::caCertificates);
            final Operation operation = plant.inside().build().operation(SupportRequest.all());
            operation.close();
            operation.close();
            operation.cancel();
            assertThrows(BadStateException.class, operation::begin);
            assertThrows(BadStateException.class, () -> operation.answer().information());
            assertThrows(IllegalStateException.class, Client.at("http://ca").build()::caCertificates);
        }
    }

    /** Closes a responder while its listener, and a context while its operation, is used. */
    @Test
    void what_was_made_with_something_outlives_its_closing() throws Exception {
        try (Plant plant = new Plant()) {
            final Context context = Context.builder().build();
            final Responder other = Responder.of(context, plant.config(), plant.folder.resolve("ca"), java.time.Clock.systemUTC());
            try (Listener listener = other.listen("http://127.0.0.1:0")) {
                final Operation operation = plant.at(listener).context(context).build().operation(Plant.dev1(Key.generate("ec:P-256")));
                other.close();
                context.close();
                operation.run();
                operation.close();
            }
        }
    }

    private static Policy newPolicy() {
        final Object held = new Object();
        return offer -> held.hashCode() != 0; // an object of its own, for it holds one
    }

    /** Its callbacks are let go when the library has freed it. */
    private static PhantomReference<Policy> abandonedOperation(Plant plant, ReferenceQueue<Object> gone) throws CmpkitException {
        final Policy policy = newPolicy();
        final Operation operation = plant.inside().policy(policy).build().operation(Plant.dev1(Key.generate("ec:P-256")));
        operation.begin();
        return new PhantomReference<>(policy, gone);
    }

    private static PhantomReference<Naming> abandonedListener(Plant plant, ReferenceQueue<Object> gone) throws CmpkitException {
        final Object held = new Object();
        final Naming naming = question -> Optional.ofNullable(held.hashCode() == 0 ? Names.of("CN=x") : null);
        final Responder responder = Responder.of(plant.config(), plant.folder.resolve("ca"));
        responder.setNaming(naming);
        final Listener listener = responder.listen("http://127.0.0.1:0");
        assertThrows(CmpkitException.class, () -> plant.at(listener).build().enroll(Enrollment.ir(Key.generate("ec:P-256")).profile("nobody")));
        return new PhantomReference<>(naming, gone);
    }

    private static PhantomReference<Signer> abandonedKey(ReferenceQueue<Object> gone) throws CmpkitException {
        final Object held = new Object();
        final Signer signer = (algorithm, data) -> new byte[held.hashCode() & 1];
        Key.ofSigner(Key.generate("ec:P-256").publicKey(), signer);
        return new PhantomReference<>(signer, gone);
    }

    @Test
    void what_was_not_closed_is_freed_when_it_is_collected() throws Exception {
        final ReferenceQueue<Object> gone = new ReferenceQueue<>();
        try (Plant plant = new Plant()) {
            final List<Reference<?>> waitedFor = new ArrayList<>(List.of(abandonedOperation(plant, gone), abandonedListener(plant, gone), abandonedKey(gone)));
            final long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!waitedFor.isEmpty()) {
                assertTrue(System.nanoTime() < end, () -> "not collected: " + waitedFor);
                System.gc();
                waitedFor.remove(gone.remove(100));
            }
        }
    }

    @Test
    void a_callback_that_was_replaced_or_refused_is_let_go() throws Exception {
        final ReferenceQueue<Object> gone = new ReferenceQueue<>();
        try (Plant plant = new Plant()) {
            final List<Reference<?>> waitedFor = new ArrayList<>();
            for (int i = 0; i < 3; ++i) waitedFor.add(replaced(plant, i, gone));
            final long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!waitedFor.isEmpty()) {
                assertTrue(System.nanoTime() < end, () -> "not collected: " + waitedFor);
                System.gc();
                waitedFor.remove(gone.remove(100));
            }
        }
    }

    private static Reference<?> replaced(Plant plant, int how, ReferenceQueue<Object> gone) throws CmpkitException {
        final Object held = new Object();
        final Informer informer = (requester, value) -> new byte[held.hashCode() & 1];
        if (how == 0) {
            plant.ca.setInformation("1.2.3", informer);
            plant.ca.setInformation("1.2.3", null);
        } else if (how == 1) {
            assertThrows(CmpkitException.class, () -> plant.ca.setInformation("no OID", informer));
        } else {
            final Responder closed = Responder.of(plant.config(), plant.folder.resolve("ca"));
            closed.close();
            assertThrows(BadStateException.class, () -> closed.setInformation("1.2.3", informer));
        }
        return new PhantomReference<>(informer, gone);
    }

    @Test
    void many_threads_share_a_client() throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final Client client = plant.at(listener).build();
            final List<Future<Issued>> all = new ArrayList<>();
            for (int i = 0; i < 80; ++i) all.add(threads.submit(() -> client.enroll(Plant.dev1(Key.generate("ec:P-256")))));
            for (final Future<Issued> one : all) assertNotNull(one.get().certificate());
            assertEquals(80, plant.ca.ca().find(CaSearch.bySubject("dev1")).size());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void threads_close_what_others_use_and_nothing_crashes() throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Plant plant = new Plant()) {
            for (int i = 0; i < 200; ++i) {
                final Operation operation = plant.inside().build().operation(SupportRequest.caCertificates());
                final Future<?> run = threads.submit(() -> {
                    operation.run();
                    return operation.answer().certificates();
                });
                final Future<?> close = threads.submit(operation::close);
                close.get();
                try {
                    run.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    assertTrue(e.getCause() instanceof CancelledException || e.getCause() instanceof BadStateException, e.toString());
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static long resident() throws Exception {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
    }

    private static void ask(Client client, int times) throws Exception {
        for (int i = 0; i < times; ++i) client.caCertificates();
        System.gc(); // the shells of closed handles, which wait for the Cleaner
    }

    @Test
    void ten_thousand_operations_need_no_more_memory_than_two_thousand() throws Exception {
        try (Plant plant = new Plant()) {
            final Key key = Key.generate("ec:P-256");
            final Client client = plant.member(key, plant.inside().build().enroll(Plant.dev1(key))).build();
            ask(client, 2_000);
            final long before = resident();
            ask(client, 10_000);
            final long grown = resident() - before;
            // Java's heap is of one size, so what grows is native. One message of 1 KiB that leaks in each operation is 10 MiB; the allocator's own ups and downs are about 2.
            assertTrue(grown < 6 << 20, "grown by " + grown);
        }
    }
}
