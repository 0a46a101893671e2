package dev.cmpkit;

import dev.cmpkit.internal.raw;
import java.util.List;
import java.util.Map;

/** What the CA wants a request to say (RFC 9483 4.3.3). Immutable, any thread. */
public final class Template {
    private final byte[] der;

    /**
     * One that was kept as DER.
     *
     * @param der a CertReqTemplateContent; empty: the CA has none
     */
    public Template(byte[] der) {
        this.der = der.clone();
    }

    /**
     * As the CA sent it.
     *
     * @return a copy of the CertReqTemplateContent; empty: the CA has none
     */
    public byte[] der() {
        return der.clone();
    }

    /**
     * Whether the CA has none.
     *
     * @return so
     */
    public boolean isEmpty() {
        return der.length == 0;
    }

    /**
     * What it says, in words.
     *
     * @return the words
     * @throws CmpkitException {@link MalformedException}: it is no template
     */
    @SuppressWarnings("unchecked")
    public Summary summary() throws CmpkitException {
        final Map<String, Object> json = new Json(Calls.of(() -> raw.template_summary(der))).object();
        return new Summary((String) json.get("issuer"), (String) json.get("subject"), (List<String>) json.get("sans"), (List<String>) json.getOrDefault("keys", List.of()));
    }

    /**
     * What a template says. Blanks, which the request fills in, end in {@code =} or {@code :}.
     *
     * @param issuer the CA
     * @param subject with blanks: {@code CN=,O=Plant}
     * @param sans with blanks: {@code dns:}
     * @param keys kinds of keys: {@code ec:P-256}; none: any is good
     */
    public record Summary(String issuer, String subject, List<String> sans, List<String> keys) {}
}
