package dev.cmpkit;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;

/** Of clients. One thread. It can be changed and built again: what was built stays as it is. */
public final class ClientBuilder implements Cloneable {
    private static final Executor NEW_THREAD = task -> {
        final Thread thread = new Thread(task, "cmpkit operation");
        thread.setDaemon(true);
        thread.start();
    };
    final String url;
    final Transport transport;
    Context context;
    Credentials credentials;
    Trust trust;
    Tls tls;
    Duration connect;
    Duration exchange;
    Duration total;
    Policy policy;
    Keeper keeper;
    Waiting waiting;
    Trace trace;
    Saver saver;
    byte[] memo;
    Clock clock = Clock.systemUTC();
    Executor executor = NEW_THREAD;

    ClientBuilder(String url, Transport transport) {
        this.url = url;
        this.transport = transport;
    }

    /**
     * Where transports come from; without it {@link Context#shared()}.
     *
     * @param context any
     * @return this
     */
    public ClientBuilder context(Context context) {
        this.context = context;
        return this;
    }

    /**
     * Who we are. Required.
     *
     * @param credentials what protects our messages
     * @return this
     */
    public ClientBuilder credentials(Credentials credentials) {
        this.credentials = credentials;
        return this;
    }

    /**
     * Whose answers count. It may be left out where a shared secret protects both sides.
     *
     * @param trust any
     * @return this
     */
    public ClientBuilder trust(Trust trust) {
        this.trust = trust;
        return this;
    }

    /**
     * Keys and trust of https and the like.
     *
     * @param tls any
     * @return this
     */
    public ClientBuilder tls(Tls tls) {
        this.tls = tls;
        return this;
    }

    /**
     * How long it may take to reach the peer; 10 s without it.
     *
     * @param limit from 1 ms on
     * @return this
     */
    public ClientBuilder connectTimeout(Duration limit) {
        connect = limit;
        return this;
    }

    /**
     * How long a message may wait for its answer; 60 s without it.
     *
     * @param limit from 1 ms on
     * @return this
     */
    public ClientBuilder exchangeTimeout(Duration limit) {
        exchange = limit;
        return this;
    }

    /**
     * How long a run may take; 5 minutes without it. A CA that wants to be asked again after that ends the run at once, with {@link DeadlineException}.
     *
     * @param limit from 1 ms on
     * @return this
     */
    public ClientBuilder totalTimeout(Duration limit) {
        total = limit;
        return this;
    }

    /**
     * Says whether a new certificate is wanted; without it each that was checked is.
     *
     * @param policy who says so
     * @return this
     */
    public ClientBuilder policy(Policy policy) {
        this.policy = policy;
        return this;
    }

    /**
     * Makes a new certificate durable before it is confirmed.
     *
     * @param keeper who does
     * @return this
     */
    public ClientBuilder keeper(Keeper keeper) {
        this.keeper = keeper;
        return this;
    }

    /**
     * Hears that the CA has not decided.
     *
     * @param waiting who hears
     * @return this
     */
    public ClientBuilder waiting(Waiting waiting) {
        this.waiting = waiting;
        return this;
    }

    /**
     * Sees each message.
     *
     * @param trace who sees
     * @return this
     */
    public ClientBuilder trace(Trace trace) {
        this.trace = trace;
        return this;
    }

    /**
     * Makes the state durable before each step, so that it can go on after a crash.
     *
     * @param saver who does
     * @return this
     */
    public ClientBuilder saver(Saver saver) {
        this.saver = saver;
        return this;
    }

    /**
     * Octets of the application's own that are saved beside each state.
     *
     * @param memo any
     * @return this
     */
    public ClientBuilder memo(byte[] memo) {
        this.memo = memo.clone();
        return this;
    }

    /**
     * The time by which an operation goes that is taken step by step; without it the system's. A run goes by the system's always.
     *
     * @param clock null: there is none
     * @return this
     */
    public ClientBuilder clock(Clock clock) {
        this.clock = clock;
        return this;
    }

    /**
     * Whose threads the asynchronous functions block; without it a new daemon thread each.
     *
     * @param executor any
     * @return this
     */
    public ClientBuilder executor(Executor executor) {
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
    protected ClientBuilder clone() {
        try {
            return (ClientBuilder) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
