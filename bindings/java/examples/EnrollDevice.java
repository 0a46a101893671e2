import dev.cmpkit.Certificates;
import dev.cmpkit.Client;
import dev.cmpkit.CmpkitException;
import dev.cmpkit.Credentials;
import dev.cmpkit.Enrollment;
import dev.cmpkit.Issued;
import dev.cmpkit.Key;
import dev.cmpkit.RejectedException;
import dev.cmpkit.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gets a first certificate by a shared secret: {@code java -cp cmpkit.jar EnrollDevice.java URL REFERENCE SECRET ROOT.PEM OUT.PEM}. */
public final class EnrollDevice {
    private EnrollDevice() {}

    /**
     * Runs it.
     *
     * @param args URL, reference, secret, the root's file, the file for key and certificate
     * @throws IOException if a file cannot be read or written
     * @throws CmpkitException if the CA cannot be reached or trusted
     */
    public static void main(String[] args) throws IOException, CmpkitException {
        final Key key = Key.generate("ec:P-256");
        final Client client = Client.at(args[0]).credentials(Credentials.secret(args[1], args[2].toCharArray())).trust(Trust.anchors(Certificates.read(Path.of(args[3])))).build();
        try {
            final Issued issued = client.enroll(Enrollment.ir(key).subject("/CN=" + args[1]));
            Files.writeString(Path.of(args[4]), key.pem(null) + issued.withChain().pem());
            System.out.println("issued to " + issued.certificate().getSubjectX500Principal());
        } catch (RejectedException refused) {
            System.out.println("the CA refuses: " + refused.fault().failInfoName());
        }
    }
}
