import dev.cmpkit.Certificates;
import dev.cmpkit.Client;
import dev.cmpkit.Credentials;
import dev.cmpkit.Enrollment;
import dev.cmpkit.Founding;
import dev.cmpkit.Issued;
import dev.cmpkit.Key;
import dev.cmpkit.Listener;
import dev.cmpkit.Responder;
import dev.cmpkit.Trust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program that has nothing but the jar: it enrolls over HTTP and shows that library and transport are the package's own. */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] args) throws Exception {
        final Path folder = Founding.of("/CN=Root").listen("http://127.0.0.1:0").secret("dev1", "a secret").found(Path.of(args[0]));
        try (Responder ca = Responder.open(folder); Listener listener = ca.listen()) {
            final Trust trust = Trust.anchors(Certificates.read(folder.resolve("root.pem")));
            final Client client = Client.at(listener.urls().get(0)).credentials(Credentials.secret("dev1", "a secret".toCharArray())).trust(trust).build();
            final Issued issued = client.enroll(Enrollment.ir(Key.generate("ec:P-256")).subject("/CN=dev1"));
            if (!issued.certificate().getSubjectX500Principal().getName().equals("CN=dev1")) throw new AssertionError("another name");
        }
        final List<String> mapped = Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains("cmpkit") && line.contains(".so")).map(line -> line.substring(line.indexOf('/'))).distinct().toList();
        mapped.forEach(System.out::println);
        for (final String name : List.of("libcmpkit_java.so", "libcmpkit.so.0", "plugins/cmpkit-transport-http.so"))
            if (mapped.stream().noneMatch(file -> file.endsWith(name))) throw new AssertionError("no " + name);
        for (final String file : mapped)
            if (!file.startsWith(args[1] + "/cmpkit-java-")) throw new AssertionError("not of the package: " + file);
    }
}
