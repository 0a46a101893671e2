package dev.cmpkit;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One transaction with the CA, made by a {@link Client}: it is run, or taken step by step without any I/O.
 *
 * <pre>{@code
 * Action next = operation.begin();
 * while (next != Action.DONE)
 *     next = switch (next) {
 *         case SEND -> operation.receive(carry(operation.message()));
 *         case DECIDE -> operation.decide(true, "");
 *         case KEEP -> operation.kept();
 *         default -> operation.lost("no time for this");
 *     };
 * }</pre>
 *
 * <p>One thread at a time; {@link #cancel} and {@link #close} are for any. A callback must not hold the operation that it is given to, unless the operation is closed: the
 * library keeps callbacks reachable, and so the operation would never be collected.
 */
public final class Operation implements AutoCloseable {
    private final dev.cmpkit.internal.Operation raw;
    private final String url;
    private final Tls tls;
    private final Clock clock;
    private final Key key;

    Operation(dev.cmpkit.internal.Operation raw, String url, Tls tls, Clock clock, Key key) {
        this.raw = raw;
        this.url = url;
        this.tls = tls;
        this.clock = clock;
        this.key = key;
    }

    /**
     * Goes on until it is over, and blocks. An interrupt does not end it: {@link #cancel} does.
     *
     * @throws CmpkitException why it failed: {@link RejectedException}, {@link TransportException} …
     */
    public void run() throws CmpkitException {
        Calls.run(() -> raw.run(url, Tls.rawOf(tls)));
    }

    /**
     * Runs in a thread of the executor. Who cancels the future closes the operation.
     *
     * @param executor whose threads may block
     * @return this operation, once it is over; a failure is the {@link CmpkitException} itself
     */
    public CompletableFuture<Operation> runAsync(Executor executor) {
        return Pending.begin(executor, this, operation -> {
            operation.run();
            return operation;
        });
    }

    /** Ends a run under way with {@link CancelledException}. Any thread. */
    public void cancel() {
        raw.cancel();
    }

    private long now() {
        return clock == null ? 0 : clock.instant().getEpochSecond();
    }

    private interface Step {
        int take(long now);
    }

    private Action next(Step step) throws CmpkitException {
        final long now = now();
        return Action.of(Calls.of(() -> step.take(now)));
    }

    /**
     * Begins, or goes on from where it was saved.
     *
     * @return what is next
     * @throws CmpkitException why it failed
     */
    public Action begin() throws CmpkitException {
        return next(raw::begin);
    }

    /**
     * An answer came.
     *
     * @param message its octets
     * @return what is next
     * @throws CmpkitException why it failed: the answer cannot be read or trusted, or refuses
     */
    public Action receive(byte[] message) throws CmpkitException {
        return next(now -> raw.receive(message, now));
    }

    /**
     * What the action wanted could not be done.
     *
     * @param why for the CA, and the failure
     * @return what is next
     * @throws CmpkitException why it failed
     */
    public Action lost(String why) throws CmpkitException {
        return next(now -> raw.lost(why, now));
    }

    /**
     * The certificate was looked at.
     *
     * @param accept whether it is wanted
     * @param text for the CA; empty: none
     * @return what is next
     * @throws CmpkitException why it failed
     */
    public Action decide(boolean accept, String text) throws CmpkitException {
        return next(now -> raw.decide(accept, text, now));
    }

    /**
     * The certificate is durable.
     *
     * @return what is next
     * @throws CmpkitException why it failed
     */
    public Action kept() throws CmpkitException {
        return next(raw::kept);
    }

    /**
     * The time to wait has passed.
     *
     * @return what is next
     * @throws CmpkitException why it failed
     */
    public Action woken() throws CmpkitException {
        return next(raw::woken);
    }

    /**
     * A status came.
     *
     * @param answer a CRL or an OCSP answer
     * @return what is next
     * @throws CmpkitException why it failed
     */
    public Action fetched(byte[] answer) throws CmpkitException {
        return next(now -> raw.fetched(answer, now));
    }

    /**
     * Gets what {@link #fetchUrl} has, within the limits of the trust. Blocks.
     *
     * @return a CRL or an OCSP answer
     * @throws CmpkitException {@link TransportException}
     */
    public byte[] fetch() throws CmpkitException {
        return Calls.of(raw::fetch);
    }

    /**
     * Where a status is to be asked: GET for a CRL; POST of {@link #message}, where that is not empty, for an OCSP answer.
     *
     * @return the URL
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public String fetchUrl() throws CmpkitException {
        return Calls.of(raw::fetch_url);
    }

    /**
     * The message to send.
     *
     * @return the octets
     * @throws CmpkitException {@link BadStateException}: there is none
     */
    public byte[] message() throws CmpkitException {
        return Calls.of(raw::message);
    }

    /**
     * The path label of RFC 9483 6.1.
     *
     * @return {@code initialization} …
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public String label() throws CmpkitException {
        return Calls.of(raw::label);
    }

    /**
     * How long to wait.
     *
     * @return whole seconds
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public Duration checkAfter() throws CmpkitException {
        return Duration.ofSeconds(Calls.of(raw::check_after));
    }

    /**
     * The octets with which it can go on in another process, see {@link Client#resume}. Between two steps.
     *
     * @return versioned octets
     * @throws CmpkitException {@link BadStateException}: it has failed, nothing is left of it
     */
    public byte[] save() throws CmpkitException {
        return Calls.of(raw::save);
    }

    /**
     * Octets of the application's own, which are saved beside: {@link Client#memoOf}.
     *
     * @param memo any
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public void setMemo(byte[] memo) throws CmpkitException {
        Calls.run(() -> raw.set_memo(memo));
    }

    /**
     * The certificate that was issued, whether it is confirmed or not.
     *
     * @return DER
     * @throws CmpkitException {@link BadStateException}: it is not there yet
     */
    public byte[] certificate() throws CmpkitException {
        return Calls.of(raw::certificate);
    }

    /**
     * What an enrollment or an update has brought.
     *
     * @return it
     * @throws CmpkitException {@link BadStateException}: it is not there yet
     */
    public Issued issued() throws CmpkitException {
        return Calls.of(() -> new Issued(raw, key));
    }

    /**
     * What a support message has brought.
     *
     * @return it, good until this is closed
     */
    public SupportAnswer answer() {
        return new SupportAnswer(raw);
    }

    /** Ends a run under way and gives the operation up; results are gone. Any thread. A second time does nothing. */
    @Override
    public void close() {
        raw.close();
    }
}
