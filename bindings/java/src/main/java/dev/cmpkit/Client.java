package dev.cmpkit;

import dev.cmpkit.internal.EnrollOrder;
import dev.cmpkit.internal.GetOrder;
import dev.cmpkit.internal.RevokeOrder;
import dev.cmpkit.internal.raw;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

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
    private final Builder with;
    private final Context context;

    private Client(Builder with) throws CmpkitException {
        this.with = with;
        this.context = with.context != null ? with.context : Context.shared();
    }

    /**
     * Begins one that talks to a URL, whose scheme says by which transport.
     *
     * @param url {@code http://ca.plant:8080}, {@code https:}, {@code coap:}, {@code file:} …
     * @return a builder
     */
    public static Builder at(String url) {
        return new Builder(url, null);
    }

    /**
     * Begins one that talks over a transport of the application's own.
     *
     * @param transport who carries the messages
     * @return a builder
     */
    public static Builder over(Transport transport) {
        return new Builder("", transport);
    }

    /** Of clients. One thread. It can be changed and built again: what was built stays as it is. */
    public static final class Builder implements Cloneable {
        private static final Executor NEW_THREAD = task -> {
            final Thread thread = new Thread(task, "cmpkit operation");
            thread.setDaemon(true);
            thread.start();
        };
        private final String url;
        private final Transport transport;
        private Context context;
        private Credentials credentials;
        private Trust trust;
        private Tls tls;
        private Duration connect;
        private Duration exchange;
        private Duration total;
        private Policy policy;
        private Keeper keeper;
        private Waiting waiting;
        private Trace trace;
        private Saver saver;
        private byte[] memo;
        private Clock clock = Clock.systemUTC();
        private Executor executor = NEW_THREAD;

        private Builder(String url, Transport transport) {
            this.url = url;
            this.transport = transport;
        }

        /**
         * Where transports come from; without it {@link Context#shared()}.
         *
         * @param context any
         * @return this
         */
        public Builder context(Context context) {
            this.context = context;
            return this;
        }

        /**
         * Who we are. Required.
         *
         * @param credentials what protects our messages
         * @return this
         */
        public Builder credentials(Credentials credentials) {
            this.credentials = credentials;
            return this;
        }

        /**
         * Whose answers count. It may be left out where a shared secret protects both sides.
         *
         * @param trust any
         * @return this
         */
        public Builder trust(Trust trust) {
            this.trust = trust;
            return this;
        }

        /**
         * Keys and trust of https and the like.
         *
         * @param tls any
         * @return this
         */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /**
         * How long it may take to reach the peer; 10 s without it.
         *
         * @param limit from 1 ms on
         * @return this
         */
        public Builder connectTimeout(Duration limit) {
            connect = limit;
            return this;
        }

        /**
         * How long a message may wait for its answer; 60 s without it.
         *
         * @param limit from 1 ms on
         * @return this
         */
        public Builder exchangeTimeout(Duration limit) {
            exchange = limit;
            return this;
        }

        /**
         * How long a run may take; 5 minutes without it. A CA that wants to be asked again after that ends the run at once, with {@link DeadlineException}.
         *
         * @param limit from 1 ms on
         * @return this
         */
        public Builder totalTimeout(Duration limit) {
            total = limit;
            return this;
        }

        /**
         * Says whether a new certificate is wanted; without it each that was checked is.
         *
         * @param policy who says so
         * @return this
         */
        public Builder policy(Policy policy) {
            this.policy = policy;
            return this;
        }

        /**
         * Makes a new certificate durable before it is confirmed.
         *
         * @param keeper who does
         * @return this
         */
        public Builder keeper(Keeper keeper) {
            this.keeper = keeper;
            return this;
        }

        /**
         * Hears that the CA has not decided.
         *
         * @param waiting who hears
         * @return this
         */
        public Builder waiting(Waiting waiting) {
            this.waiting = waiting;
            return this;
        }

        /**
         * Sees each message.
         *
         * @param trace who sees
         * @return this
         */
        public Builder trace(Trace trace) {
            this.trace = trace;
            return this;
        }

        /**
         * Makes the state durable before each step, so that it can go on after a crash.
         *
         * @param saver who does
         * @return this
         */
        public Builder saver(Saver saver) {
            this.saver = saver;
            return this;
        }

        /**
         * Octets of the application's own that are saved beside each state.
         *
         * @param memo any
         * @return this
         */
        public Builder memo(byte[] memo) {
            this.memo = memo.clone();
            return this;
        }

        /**
         * The time by which an operation goes that is taken step by step; without it the system's. A run goes by the system's always.
         *
         * @param clock null: there is none
         * @return this
         */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Whose threads the asynchronous functions block; without it a new daemon thread each.
         *
         * @param executor any
         * @return this
         */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * Makes it.
         *
         * @return the client
         * @throws CmpkitException if the shared context cannot be made
         */
        public Client build() throws CmpkitException {
            return new Client(clone());
        }

        @Override
        protected Builder clone() {
            try {
                return (Builder) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
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
