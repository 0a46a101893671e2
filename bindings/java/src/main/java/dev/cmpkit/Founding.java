package dev.cmpkit;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Founds a CA: a root, an issuing CA, the signer of its answers, a first CRL and a commented configuration. One thread.
 *
 * <pre>{@code
 * Founding.of("/O=Plant/CN=Plant Root").secret("dev1", "file:dev1.secret").found(Path.of("plant"));
 * }</pre>
 */
public final class Founding {
    private final String subject;
    private final List<Path> externals = new ArrayList<>();
    private String key = "";
    private String listen = "";
    private String reference = "";
    private String secret = "";
    private String externalRevocation = "";
    private char[] passphrase;
    private String passphraseSource = "";
    private boolean raSigner;
    private boolean kgaSigner;
    private Context context;
    private Instant time;

    private Founding(String subject) {
        this.subject = subject;
    }

    /**
     * Begins.
     *
     * @param subject of the root
     * @return a founding
     */
    public static Founding of(String subject) {
        return new Founding(subject);
    }

    /**
     * The kind of its keys; {@code ec:P-256} without it.
     *
     * @param kind as of {@link Key#generate}
     * @return this
     */
    public Founding key(String kind) {
        key = kind;
        return this;
    }

    /**
     * Where it will serve; {@code http://127.0.0.1:8080} without it.
     *
     * @param url port 0: a free one
     * @return this
     */
    public Founding listen(String url) {
        listen = url;
        return this;
    }

    /**
     * A first shared secret.
     *
     * @param name its reference
     * @param source {@code file:PATH}, {@code env:NAME}, or the secret itself, which is then put into a file
     * @return this
     */
    public Founding secret(String name, String source) {
        reference = name;
        secret = source;
        return this;
    }

    /**
     * One more PKI whose certificates may ask for a first one.
     *
     * @param roots a PEM file, which is copied
     * @return this
     */
    public Founding trustExternal(Path roots) {
        externals.add(roots);
        return this;
    }

    /**
     * Whether certificates of those PKIs must be known not to be revoked; {@link RevocationCheck#HARD} without it.
     *
     * @param check so
     * @return this
     */
    public Founding externalRevocation(RevocationCheck check) {
        externalRevocation = check.name().toLowerCase(java.util.Locale.ROOT);
        return this;
    }

    /**
     * Encrypts its keys; without it their files are readable by their owner alone.
     *
     * @param words the passphrase
     * @param source how the configuration names it: {@code file:PATH}, {@code env:NAME}
     * @return this
     */
    public Founding passphrase(char[] words, String source) {
        passphrase = words.clone();
        passphraseSource = source;
        return this;
    }

    /**
     * Makes a signer for an RA too (id-kp-cmcRA).
     *
     * @return this
     */
    public Founding raSigner() {
        raSigner = true;
        return this;
    }

    /**
     * Makes a signer for a key generation authority too (id-kp-cmKGA).
     *
     * @return this
     */
    public Founding kgaSigner() {
        kgaSigner = true;
        return this;
    }

    /**
     * Where its log goes; without it {@link Context#shared()}.
     *
     * @param context any
     * @return this
     */
    public Founding context(Context context) {
        this.context = context;
        return this;
    }

    /**
     * When it is founded; now without it.
     *
     * @param time from when on its certificates are valid
     * @return this
     */
    public Founding time(Instant time) {
        this.time = time;
        return this;
    }

    /**
     * Makes the folder (0700) with all that is in it.
     *
     * @param folder which is made
     * @return what {@link Responder#open} takes
     * @throws CmpkitException {@link ExistsException}: there is a CA already; {@link IoException}
     */
    public Path found(Path folder) throws CmpkitException {
        final Context with = context != null ? context : Context.shared();
        final Instant when = time != null ? time : Instant.now();
        Calls.run(() -> {
            final dev.cmpkit.internal.Founding raw = raw();
            try {
                with.raw.init_ca(folder.toString(), raw, when.getEpochSecond());
            } finally {
                raw.delete();
            }
        });
        return folder;
    }

    private dev.cmpkit.internal.Founding raw() {
        final dev.cmpkit.internal.Founding raw = new dev.cmpkit.internal.Founding(subject);
        raw.set_key(key);
        raw.set_listen(listen);
        raw.set_secret(reference, secret);
        externals.forEach(file -> raw.add_trust_external(file.toString()));
        raw.set_external_revocation(externalRevocation);
        try (Passwords wiped = new Passwords(passphrase)) {
            raw.set_passphrase(wiped.octets(), passphraseSource);
        }
        raw.set_signers(raSigner, kgaSigner);
        return raw;
    }
}
