package dev.cmpkit;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

/**
 * An authority in this process: a CA or several, or an RA, as its configuration (docs/configuration.md) says. Any thread.
 *
 * <pre>{@code
 * try (Responder ca = Responder.open(Path.of("plant")); Listener listener = ca.listen("http://127.0.0.1:0")) {
 *     System.out.println(listener.urls());
 *     …
 * }
 * }</pre>
 *
 * <p>A callback must not hold the responder that it is given to, unless the responder is closed: the library keeps callbacks reachable, and so it would never be collected.
 */
public final class Responder implements AutoCloseable {
    final dev.cmpkit.internal.Responder raw;
    final Clock clock;

    private Responder(dev.cmpkit.internal.Responder raw, Clock clock) {
        this.raw = raw;
        this.clock = clock;
    }

    /**
     * Opens the one of a folder that {@link Founding} or {@code cmpkit ca init} has made.
     *
     * @param folder with cmpkit.toml in it
     * @return it
     * @throws CmpkitException {@link BadConfigurationException}; {@link IoException}
     */
    public static Responder open(Path folder) throws CmpkitException {
        return of(Texts.read(folder.resolve("cmpkit.toml")), folder);
    }

    /**
     * Makes one, with the shared context and the system's clock.
     *
     * @param config the configuration's text
     * @param folder where its relative paths begin
     * @return it
     * @throws CmpkitException {@link BadConfigurationException}; {@link StoreException}; {@link CryptoException}
     */
    public static Responder of(String config, Path folder) throws CmpkitException {
        return of(Context.shared(), config, folder, Clock.systemUTC());
    }

    /**
     * Makes one.
     *
     * @param context where transports and the log come from
     * @param config the configuration's text
     * @param folder where its relative paths begin
     * @param clock by which {@link #answer}, {@link #tick} and the desks go; listeners go by the system's
     * @return it
     * @throws CmpkitException {@link BadConfigurationException}; {@link StoreException}; {@link CryptoException}
     */
    public static Responder of(Context context, String config, Path folder, Clock clock) throws CmpkitException {
        return new Responder(Calls.of(() -> new dev.cmpkit.internal.Responder(context.raw, config, folder.toString())), Objects.requireNonNull(clock));
    }

    long now() {
        return clock.instant().getEpochSecond();
    }

    /**
     * Octets in, octets out; a message that is refused is answered too. Blocks while it is asked whether a signer is revoked.
     *
     * @param request the message
     * @return the answer
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public byte[] answer(byte[] request) throws CmpkitException {
        return answer(request, "", "");
    }

    /**
     * The same for one that came from somewhere.
     *
     * @param request the message
     * @param address who asks, for the log; empty: not known
     * @param profile the name after /p/ in the path, of a profile or a CA; empty: none
     * @return the answer
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public byte[] answer(byte[] request, String address, String profile) throws CmpkitException {
        return Calls.of(() -> raw.answer(request, address, profile, now()));
    }

    /**
     * Ends what is overdue and renews the CRL where it is due. A listener does this by itself.
     *
     * @throws CmpkitException {@link StoreException}
     */
    public void tick() throws CmpkitException {
        Calls.run(() -> raw.tick(now()));
    }

    /**
     * Goes by another configuration from now on. Requests under way end as they began, listeners stay. After a failure nothing has changed.
     *
     * @param config its text
     * @param folder where its relative paths begin
     * @return keys that are not as at first and need another responder: {@code listen}, {@code store.file} …
     * @throws CmpkitException {@link BadConfigurationException}
     */
    @SuppressWarnings("unchecked")
    public List<String> reload(String config, Path folder) throws CmpkitException {
        return (List<String>) new Json(Calls.of(() -> raw.reload(config, folder.toString()))).value();
    }

    /**
     * Serves at each {@code listen} of the configuration.
     *
     * @return when requests are accepted
     * @throws CmpkitException {@link TransportException}
     */
    public Listener listen() throws CmpkitException {
        return listen("");
    }

    /**
     * Serves at a URL.
     *
     * @param url port 0 takes a free one
     * @return when requests are accepted
     * @throws CmpkitException {@link TransportException}
     */
    public Listener listen(String url) throws CmpkitException {
        return new Listener(Calls.of(() -> new dev.cmpkit.internal.Listener(raw, url)));
    }

    /**
     * Names whoever wants a certificate of any of its CAs, before the inventory and the patterns of profiles.
     *
     * @param naming who names; null: no longer
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public void setNaming(Naming naming) throws CmpkitException {
        Calls.run(() -> raw.set_naming(naming == null ? null : new Callbacks.OfNaming(naming)));
    }

    /**
     * Decides about what an RA would let go on. Messages that pass unverified are not asked about.
     *
     * @param overseer who decides; null: no longer
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public void setOverseer(Overseer overseer) throws CmpkitException {
        Calls.run(() -> raw.set_overseer(overseer == null ? null : new Callbacks.OfOverseer(overseer)));
    }

    /**
     * Asks CAs of an RA that know PKCS#10 alone. Before its listeners, which do not start without one that is needed.
     *
     * @param adapter who asks; null: no longer
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public void setAdapter(Adapter adapter) throws CmpkitException {
        Calls.run(() -> raw.set_adapter(adapter == null ? null : new Callbacks.OfAdapter(adapter)));
    }

    /**
     * Answers questions about an infoType of the application's own.
     *
     * @param infoType its OID, dotted
     * @param informer who answers; null: no longer
     * @throws CmpkitException {@link BadArgumentException}: no OID
     */
    public void setInformation(String infoType, Informer informer) throws CmpkitException {
        Calls.run(() -> raw.set_information(infoType, informer == null ? null : new Callbacks.OfInformer(informer)));
    }

    /**
     * Hears what came of requests.
     *
     * @param events who hears; null: no longer
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public void setEvents(Events events) throws CmpkitException {
        Calls.run(() -> raw.set_events(events == null ? null : new Callbacks.OfEvents(events)));
    }

    /**
     * The desk of the default CA's operator.
     *
     * @return the desk
     */
    public CaDesk ca() {
        return new CaDesk(this, "");
    }

    /**
     * The desk of a CA's operator.
     *
     * @param name of the CA, as the configuration has it
     * @return the desk
     */
    public CaDesk ca(String name) {
        return new CaDesk(this, name);
    }

    /**
     * The desk of an RA's officer.
     *
     * @return the desk
     */
    public RaDesk ra() {
        return new RaDesk(this);
    }

    /** Gives it up; its listeners go on until they are closed. A second time does nothing. */
    @Override
    public void close() {
        raw.close();
    }
}
