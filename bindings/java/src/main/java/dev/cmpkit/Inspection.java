package dev.cmpkit;

import dev.cmpkit.internal.raw;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What octets are and what is odd about them, for people: any CMP message, certificate, CRL, PKCS#10 or CRMF request, DER or PEM. Neither secrets nor trust are known
 * here. Immutable, any thread.
 */
public final class Inspection {
    private final byte[] octets;

    private Inspection(byte[] octets) {
        this.octets = octets;
    }

    /**
     * Looks into octets.
     *
     * @param octets DER or PEM
     * @return what there is to see
     */
    public static Inspection of(byte[] octets) {
        return new Inspection(octets.clone());
    }

    /**
     * A few lines in words, what is odd about it against the profile, and its elements with offsets.
     *
     * @return lines
     * @throws CmpkitException {@link MalformedException}: nothing of these
     */
    public String text() throws CmpkitException {
        return Calls.of(() -> raw.show_text(octets));
    }

    /**
     * The same without the elements.
     *
     * @return lines
     * @throws CmpkitException {@link MalformedException}: nothing of these
     */
    public String brief() throws CmpkitException {
        return Calls.of(() -> raw.show_brief(octets));
    }

    /**
     * The same as one object, which docs/show-json.md describes.
     *
     * @return the object
     * @throws CmpkitException {@link MalformedException}: nothing of these
     */
    public Json json() throws CmpkitException {
        return new Json(Calls.of(() -> raw.show_json(octets)));
    }

    /**
     * What the first of the certificates says.
     *
     * @param certificates any
     * @return its names, its time and its kind of key
     * @throws CmpkitException {@link MalformedException}: no certificate
     */
    public static Summary summary(Certificates certificates) throws CmpkitException {
        return Summary.of(new Json(Calls.of(() -> raw.certificate_summary(certificates.octets()))).object());
    }

    /**
     * What a certificate says.
     *
     * @param subject RFC 4514
     * @param issuer RFC 4514
     * @param serial hexadecimal after 0x
     * @param notBefore when it begins
     * @param notAfter when it ends
     * @param sans alternative names: {@code dns:dev1.plant}
     * @param key its kind: {@code ec:P-256}
     */
    public record Summary(String subject, String issuer, String serial, Instant notBefore, Instant notAfter, List<String> sans, String key) {
        @SuppressWarnings("unchecked")
        static Summary of(Map<String, Object> json) {
            return new Summary((String) json.get("subject"), (String) json.get("issuer"), (String) json.get("serial"), Instant.parse((String) json.get("notBefore")),
                    Instant.parse((String) json.get("notAfter")), (List<String>) json.get("sans"), (String) json.get("key"));
        }
    }
}
