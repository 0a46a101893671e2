package dev.cmpkit;

import dev.cmpkit.internal.EnrollOrder;
import dev.cmpkit.internal.GetOrder;
import dev.cmpkit.internal.RevokeOrder;
import dev.cmpkit.internal.raw;
import java.security.cert.X509CRL;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An end entity that gets, updates and revokes certificates. Immutable, any thread, several at a time; its callbacks then run in several threads too. It needs no closing.
 *
 * <pre>{@code
 * Key key = Key.generate("ec:P-256");
 * Client client = Client.at("http://ca.plant:8080").credentials(Credentials.secret("dev1", secret)).trust(Trust.anchors(root)).build();
 * Issued issued = client.enroll(Enrollment.ir(key).subject("/CN=dev1"));
 * }</pre>
 */
public final class Client {
    private final ClientBuilder with;
    private final Context context;

    Client(ClientBuilder with) throws CmpkitException {
        this.with = with;
        this.context = with.context != null ? with.context : Context.shared();
    }

    /**
     * Begins one that talks to a URL, whose scheme says by which transport.
     *
     * @param url {@code http://ca.plant:8080}, {@code https:}, {@code coap:}, {@code file:} …
     * @return a builder
     */
    public static ClientBuilder at(String url) {
        return new ClientBuilder(url, null);
    }

    /**
     * Begins one that talks over a transport of the application's own.
     *
     * @param transport who carries the messages
     * @return a builder
     */
    public static ClientBuilder over(Transport transport) {
        return new ClientBuilder("", transport);
    }

    /**
     * Gets a certificate. Blocks.
     *
     * @param enrollment what is asked for
     * @return the certificate, confirmed
     * @throws CmpkitException {@link RejectedException}: the CA refuses; {@link TransportException}; …
     */
    public Issued enroll(Enrollment enrollment) throws CmpkitException {
        try (Operation operation = operation(enrollment)) {
            operation.run();
            return operation.issued();
        }
    }

    /**
     * {@link #enroll} in another thread. Who cancels the future ends the operation.
     *
     * @param enrollment what is asked for
     * @return the certificate to be; a failure is the {@link CmpkitException} itself
     * @throws CmpkitException if it cannot begin
     */
    public CompletableFuture<Issued> enrollAsync(Enrollment enrollment) throws CmpkitException {
        return begin(operation(enrollment), Operation::issued);
    }

    /**
     * Replaces the certificate of the credentials (RFC 9483 4.1.3). Blocks. Names stay as they are.
     *
     * @param key a new one
     * @return the new certificate, confirmed
     * @throws CmpkitException as {@link #enroll}
     */
    public Issued update(Key key) throws CmpkitException {
        return enroll(Enrollment.kur(key));
    }

    /**
     * {@link #update} in another thread. Who cancels the future ends the operation.
     *
     * @param key a new one
     * @return the certificate to be; a failure is the {@link CmpkitException} itself
     * @throws CmpkitException if it cannot begin
     */
    public CompletableFuture<Issued> updateAsync(Key key) throws CmpkitException {
        return enrollAsync(Enrollment.kur(key));
    }

    /**
     * Revokes a certificate (RFC 9483 4.2). Blocks.
     *
     * @param revocation which, and why
     * @throws CmpkitException {@link RejectedException}: the CA refuses; {@link TransportException}; …
     */
    public void revoke(Revocation revocation) throws CmpkitException {
        try (Operation operation = operation(revocation)) {
            operation.run();
        }
    }

    /**
     * {@link #revoke} in another thread. Who cancels the future ends the operation.
     *
     * @param revocation which, and why
     * @return the end; a failure is the {@link CmpkitException} itself
     * @throws CmpkitException if it cannot begin
     */
    public CompletableFuture<Void> revokeAsync(Revocation revocation) throws CmpkitException {
        return begin(operation(revocation), operation -> null);
    }

    private interface Question<T> {
        T of(SupportAnswer answer) throws CmpkitException;
    }

    private <T> T ask(SupportRequest request, Question<T> question) throws CmpkitException {
        try (Operation operation = operation(request)) {
            operation.run();
            return question.of(operation.answer());
        }
    }

    /**
     * Asks for CA certificates (RFC 9483 4.3.1). Blocks. None of them is trusted by that.
     *
     * @return them
     * @throws CmpkitException {@link RejectedException}: the CA refuses; {@link TransportException}; …
     */
    public Certificates caCertificates() throws CmpkitException {
        return ask(SupportRequest.caCertificates(), SupportAnswer::certificates);
    }

    /**
     * Asks for the root that took the place of ours (RFC 9483 4.3.2). Blocks. It is told only if newWithOld leads to it.
     *
     * @param root the one that is held; null: an anchor must lead to the new one
     * @return the new root; empty: there is none
     * @throws CmpkitException as {@link #caCertificates}
     */
    public Optional<RootUpdate> rootUpdate(Certificates root) throws CmpkitException {
        return ask(SupportRequest.rootUpdate(root), answer -> answer.certificates().isEmpty() ? Optional.empty() : Optional.of(new RootUpdate(answer.certificates(), answer.links())));
    }

    /**
     * Asks what a request shall say (RFC 9483 4.3.3). Blocks.
     *
     * @param profile the CA's word for a profile; empty: the default one
     * @return the template, which may be empty
     * @throws CmpkitException as {@link #caCertificates}
     */
    public Template template(String profile) throws CmpkitException {
        return ask(SupportRequest.template().profile(profile), SupportAnswer::template);
    }

    /**
     * Asks for the issuer's CRL (RFC 9483 4.3.4). Blocks. Of another one, or only if it is newer, by {@link #operation(SupportRequest)}.
     *
     * @return CRLs
     * @throws CmpkitException as {@link #caCertificates}
     */
    public List<X509CRL> crls() throws CmpkitException {
        return ask(SupportRequest.crls(), SupportAnswer::crls);
    }

    /**
     * Asks for CRLs (RFC 9483 4.3.4). Blocks.
     *
     * @param request made by {@link SupportRequest#crls}
     * @return them; none, if there is nothing newer
     * @throws CmpkitException as {@link #caCertificates}
     */
    public List<X509CRL> crls(SupportRequest request) throws CmpkitException {
        return ask(request, SupportAnswer::crls);
    }

    /**
     * Asks for any infoType. Blocks.
     *
     * @param infoType its OID, dotted or a word
     * @param value DER; null: absent
     * @return DER of the answer's value; empty: it has none
     * @throws CmpkitException as {@link #caCertificates}
     */
    public byte[] information(String infoType, byte[] value) throws CmpkitException {
        return ask(SupportRequest.information(infoType, value), answer -> answer.value(infoType));
    }

    /**
     * Asks for what the CA tells everybody (RFC 9810 D.5). Blocks. {@link SupportAnswer#value} of an operation reads single items.
     *
     * @return DER of a GenRepContent
     * @throws CmpkitException as {@link #caCertificates}
     */
    public byte[] information() throws CmpkitException {
        return ask(SupportRequest.all(), SupportAnswer::information);
    }

    private <T> CompletableFuture<T> begin(Operation operation, Pending.Work<T> result) {
        return Pending.begin(with.executor, operation, running -> {
            try (running) {
                running.run();
                return result.of(running);
            }
        });
    }

    /**
     * Prepares an enrollment, to be run or taken step by step.
     *
     * @param enrollment what is asked for
     * @return the operation, which should be closed
     * @throws CmpkitException {@link BadArgumentException}: something is missing or cannot be meant
     */
    public Operation operation(Enrollment enrollment) throws CmpkitException {
        final EnrollOrder order = Calls.of(enrollment::order);
        try {
            return prepared(Calls.of(() -> dev.cmpkit.internal.Operation.enroll(context.raw, order, credentials(), Trust.rawOf(with.trust))), enrollment.key);
        } finally {
            order.delete();
        }
    }

    /**
     * Prepares a revocation, to be run or taken step by step.
     *
     * @param revocation which, and why
     * @return the operation, which should be closed
     * @throws CmpkitException {@link BadArgumentException}: something is missing or cannot be meant
     */
    public Operation operation(Revocation revocation) throws CmpkitException {
        final RevokeOrder order = Calls.of(revocation::order);
        try {
            return prepared(Calls.of(() -> dev.cmpkit.internal.Operation.revoke(context.raw, order, credentials(), Trust.rawOf(with.trust))), null);
        } finally {
            order.delete();
        }
    }

    /**
     * Prepares a support message, to be run or taken step by step.
     *
     * @param request what is asked
     * @return the operation, which should be closed
     * @throws CmpkitException {@link BadArgumentException}: something is missing or cannot be meant
     */
    public Operation operation(SupportRequest request) throws CmpkitException {
        final GetOrder order = Calls.of(request::order);
        try {
            return prepared(Calls.of(() -> dev.cmpkit.internal.Operation.get(context.raw, order, credentials(), Trust.rawOf(with.trust))), null);
        } finally {
            order.delete();
        }
    }

    /**
     * Goes on with an operation that was saved, when it is run or begun; what limits a run begins anew. Credentials and trust of this client must be those of the
     * operation.
     *
     * @param state the octets of {@link Saver} or {@link Operation#save}
     * @param key to be certified; null where none was given
     * @return the operation, which should be closed
     * @throws CmpkitException {@link CryptoException}, {@link ProtectionException}: another key, other credentials; {@link MalformedException}: no state of an operation
     */
    public Operation resume(byte[] state, Key key) throws CmpkitException {
        final dev.cmpkit.internal.Key raw = key == null ? null : key.raw;
        return prepared(Calls.of(() -> dev.cmpkit.internal.Operation.saved(context.raw, state, credentials(), Trust.rawOf(with.trust), raw)), key);
    }

    /**
     * The application's own octets that were saved beside a state, which may tell it what to give to {@link #resume}.
     *
     * @param state the octets of {@link Saver} or {@link Operation#save}
     * @return those of {@link Operation#setMemo}; empty: none
     * @throws CmpkitException {@link MalformedException}: no state; {@link UnsupportedException}: of another version
     */
    public static byte[] memoOf(byte[] state) throws CmpkitException {
        return Calls.of(() -> raw.saved_memo(state));
    }

    private dev.cmpkit.internal.Credentials credentials() {
        if (with.credentials == null) throw new IllegalStateException("the client has no credentials");
        return with.credentials.raw;
    }

    private Operation prepared(dev.cmpkit.internal.Operation made, Key key) throws CmpkitException {
        try {
            Calls.run(() -> equip(made));
        } catch (CmpkitException | RuntimeException e) {
            made.close();
            throw e;
        }
        return new Operation(made, with.url, with.tls, with.clock, key);
    }

    private void equip(dev.cmpkit.internal.Operation made) {
        made.set_timeouts(Calls.milliseconds(with.connect), Calls.milliseconds(with.exchange), Calls.milliseconds(with.total));
        if (with.transport != null) made.set_exchange(new Callbacks.OfTransport(with.transport));
        if (with.policy != null) made.set_policy(new Callbacks.OfPolicy(with.policy));
        if (with.keeper != null) made.set_keep(new Callbacks.OfKeeper(with.keeper));
        if (with.waiting != null) made.set_waiting(new Callbacks.OfWaiting(with.waiting));
        if (with.trace != null) made.set_trace(new Callbacks.OfTrace(with.trace));
        if (with.saver != null) made.set_save(new Callbacks.OfSaver(with.saver));
        if (with.memo != null) made.set_memo(with.memo);
    }
}
