import dev.cmpkit.CmpkitException;
import dev.cmpkit.Client;
import dev.cmpkit.Context;
import dev.cmpkit.Credentials;
import dev.cmpkit.Founding;
import dev.cmpkit.Key;
import dev.cmpkit.Operation;
import dev.cmpkit.Responder;
import dev.cmpkit.SupportRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** What crossing the border costs in Java: {@code java -cp cmpkit.jar Bench.java}. Prints name and nanoseconds, the best of five rounds. */
public final class Bench {
    private static final int FEW = 100; // iterations of the MAC: the border is measured, not the digest

    private Bench() {}

    private interface Step {
        void take() throws Exception;
    }

    private static void measure(String name, int times, Step step) throws Exception {
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 6; ++round) { // the first one warms up
            final long from = System.nanoTime();
            for (int i = 0; i < times; ++i) step.take();
            if (round > 0) best = Math.min(best, (System.nanoTime() - from) / times);
        }
        System.out.println(name + "\t" + best);
    }

    public static void main(String[] args) throws Exception {
        final Path folder = Files.createTempDirectory("cmpkit-bench-");
        Founding.of("/CN=Root").listen("http://127.0.0.1:0").secret("dev1", "device").found(folder.resolve("ca"));
        try (Responder ca = Responder.open(folder.resolve("ca")); Operation operation = client(ca).operation(SupportRequest.caCertificates())) {
            final byte[] small = new byte[16];
            final byte[] large = new byte[1 << 20];
            measure("call", 1_000_000, Context::abiVersion);
            measure("in_16", 200_000, () -> operation.setMemo(small));
            measure("in_1m", 500, () -> operation.setMemo(large));
            operation.begin();
            final byte[] state = operation.save();
            measure("out_1m", 200, () -> Client.memoOf(state));
            final Client client = client(ca);
            measure("operation_callback", 50, client::caCertificates);
            measure("failure", 5_000, () -> {
                try {
                    Key.generate("no such kind");
                } catch (CmpkitException e) {
                    return;
                }
                throw new AssertionError();
            });
        } finally {
            remove(folder);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        }
    }

    private static Client client(Responder ca) throws CmpkitException {
        return Client.over((label, request) -> ca.answer(request)).credentials(Credentials.secret("dev1", "device".getBytes(StandardCharsets.US_ASCII), Credentials.Mac.PBM, FEW)).build();
    }
}
