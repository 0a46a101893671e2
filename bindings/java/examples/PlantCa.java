import dev.cmpkit.Client;
import dev.cmpkit.CmpkitException;
import dev.cmpkit.Credentials;
import dev.cmpkit.Enrollment;
import dev.cmpkit.Founding;
import dev.cmpkit.Issued;
import dev.cmpkit.Key;
import dev.cmpkit.Listener;
import dev.cmpkit.Names;
import dev.cmpkit.RefusedException;
import dev.cmpkit.Responder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A CA that names devices by the application's own inventory: {@code java -cp cmpkit.jar PlantCa.java FOLDER}. */
public final class PlantCa {
    private static final Map<String, String> INVENTORY = Map.of("CN=SN-4711", "CN=press 4,O=Plant", "CN=SN-4712", "CN=robot 1,O=Plant");

    private PlantCa() {}

    /**
     * Founds it, serves, and lets a device enroll.
     *
     * @param args a folder that is made
     * @throws CmpkitException if that fails
     */
    public static void main(String[] args) throws CmpkitException {
        final Path folder = Founding.of("/O=Plant/CN=Plant Root").listen("http://127.0.0.1:0").secret("devices", "a shared secret").found(Path.of(args[0]));
        try (Responder ca = Responder.open(folder); Listener listener = ca.listen()) {
            ca.setEvents(event -> System.out.println("event: " + event.object().get("event")));
            ca.setNaming(question -> {
                final String name = INVENTORY.get(question.subject());
                if (name == null) throw new RefusedException("not in the inventory");
                return Optional.of(Names.of(name));
            });
            final Client client = Client.at(listener.urls().get(0)).credentials(Credentials.secret("devices", "a shared secret".toCharArray())).build();
            final Issued issued = client.enroll(Enrollment.ir(Key.generate("ec:P-256")).subject("CN=SN-4711"));
            System.out.println("issued to " + issued.certificate().getSubjectX500Principal());
        }
    }
}
