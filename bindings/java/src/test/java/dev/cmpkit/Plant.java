package dev.cmpkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A CA in a temporary folder, which answers in this process: its secret «device» of reference dev1 is good any number of times. */
final class Plant implements AutoCloseable {
    static final String SECRET = "device";
    final Path folder;
    final Responder ca;

    Plant() throws CmpkitException {
        this("");
    }

    /** @param more lines of the configuration */
    Plant(String more) throws CmpkitException {
        try {
            folder = Files.createTempDirectory("cmpkit-java-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Founding.of("/O=Plant/CN=Plant Root").listen("http://127.0.0.1:0").secret("dev1", SECRET).raSigner().found(folder.resolve("ca"));
        ca = Responder.of(config() + more, folder.resolve("ca"));
    }

    String config() throws CmpkitException {
        return Texts.read(folder.resolve("ca/cmpkit.toml")).replace("uses      = 1 ", "uses      = 0 ");
    }

    Certificates root() throws CmpkitException {
        return Certificates.of(Texts.read(folder.resolve("ca/root.pem")));
    }

    Trust trust() throws CmpkitException {
        return Trust.anchors(root());
    }

    static Credentials secret() throws CmpkitException {
        return Credentials.secret("dev1", SECRET.toCharArray());
    }

    /** That asks in this process. */
    ClientBuilder inside() throws CmpkitException {
        return Client.over((label, request) -> ca.answer(request)).credentials(secret()).trust(trust());
    }

    ClientBuilder at(Listener listener) throws CmpkitException {
        return Client.at(listener.urls().get(0)).credentials(secret()).trust(trust());
    }

    /** Somebody who has a certificate of the CA. */
    ClientBuilder member(Key key, Issued issued) throws CmpkitException {
        return inside().credentials(Credentials.certificate(key, issued.withChain()));
    }

    static Enrollment dev1(Key key) {
        return Enrollment.ir(key).subject("/CN=dev1");
    }

    @Override
    public void close() {
        ca.close();
        try (Stream<Path> all = Files.walk(folder)) {
            for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
