package dev.cmpkit;

import dev.cmpkit.internal.NativeLibrary;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Where transports come from and the log goes to. Any thread. Whoever does not need one of its own uses {@link #shared()}, which clients and responders take by default.
 * What is made with a context goes on after it was closed: it is freed with the last of them.
 */
public final class Context implements AutoCloseable {
    final dev.cmpkit.internal.Context raw;

    private Context(dev.cmpkit.internal.Context raw) {
        this.raw = raw;
    }

    private static final class Shared {
        private static Context context;

        static synchronized Context get() throws CmpkitException {
            if (context == null) context = builder().build();
            return context;
        }
    }

    /**
     * The one that is there for everybody: this package's transports, no log. It should not be closed.
     *
     * @return it, always the same
     * @throws CmpkitException if it cannot be made
     */
    public static Context shared() throws CmpkitException {
        return Shared.get();
    }

    /**
     * Begins another one.
     *
     * @return a builder
     * @throws CmpkitException {@link OutOfMemoryException}
     */
    public static Builder builder() throws CmpkitException {
        return new Builder();
    }

    /** Of contexts. One thread; it makes one. */
    public static final class Builder {
        private final dev.cmpkit.internal.Context raw = Calls.of(dev.cmpkit.internal.Context::new);

        private Builder() throws CmpkitException {}

        /**
         * Looks for transports in that folder too, before this package's own.
         *
         * @param folder of plugins
         * @return this
         * @throws CmpkitException if it cannot be taken
         */
        public Builder pluginFolder(Path folder) throws CmpkitException {
            Calls.run(() -> raw.add_plugin_folder(folder.toString()));
            return this;
        }

        /**
         * Hears what the library has to tell.
         *
         * @param most the least important level that is told: ERROR, WARNING, INFO, else DEBUG
         * @param log who hears, from any thread
         * @return this
         * @throws CmpkitException if it cannot be taken
         */
        public Builder log(Level most, Log log) throws CmpkitException {
            Calls.run(() -> raw.set_log(Callbacks.numberOf(most), new Callbacks.OfLog(log)));
            return this;
        }

        /**
         * As {@link Context#setOption}.
         *
         * @param plugin whose option it is, such as {@code http}; empty: of whichever serves the URL
         * @param name of the option
         * @param value as text
         * @return this
         * @throws CmpkitException if it cannot be taken
         */
        public Builder option(String plugin, String name, String value) throws CmpkitException {
            Calls.run(() -> raw.set_option(plugin, name, value));
            return this;
        }

        /**
         * Makes it.
         *
         * @return the context
         * @throws CmpkitException if this package's transports cannot be found
         */
        public Context build() throws CmpkitException {
            Calls.run(() -> raw.add_plugin_folder(NativeLibrary.pluginFolder().toString()));
            return new Context(raw);
        }
    }

    /**
     * Tells a transport what docs/transports.md lists for it, for whatever is opened from then on. A bad name or value shows when a URL is used.
     *
     * @param plugin whose option it is, such as {@code http}; empty: of whichever serves the URL
     * @param name of the option: {@code proxy}
     * @param value as text: {@code http://proxy:3128}
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public void setOption(String plugin, String name, String value) throws CmpkitException {
        Calls.run(() -> raw.set_option(plugin, name, value));
    }

    /**
     * The transports found, as a list of objects with {@code name}, {@code version}, {@code file}, {@code schemes}, {@code client}, {@code server}, {@code offline},
     * {@code announces} and {@code options}.
     *
     * @return them
     * @throws CmpkitException {@link TransportException}: a plugin is bad
     */
    public Json transports() throws CmpkitException {
        return new Json(Calls.of(raw::transports));
    }

    /**
     * Whether the transport of that URL stores and forwards, so that an answer may take days.
     *
     * @param url any
     * @return so
     * @throws CmpkitException {@link TransportException}: nothing serves it
     */
    public boolean isOffline(String url) throws CmpkitException {
        return Calls.of(() -> raw.is_offline(url));
    }

    /**
     * Asks what a server offers (CoRE links at /.well-known/cmp; with CoAP at /.well-known/core). Nothing of it is authenticated but by TLS.
     *
     * @param url the server's
     * @param tls of https, or null
     * @param timeout of all; null: 60 s
     * @return what it offers
     * @throws CmpkitException {@link TransportException}
     */
    public List<Link> discover(String url, Tls tls, Duration timeout) throws CmpkitException {
        final Json links = new Json(Calls.of(() -> raw.discover(url, Tls.rawOf(tls), Calls.milliseconds(timeout))));
        return links.objects().stream().map(Link::of).toList();
    }

    /**
     * What a server offers.
     *
     * @param path where
     * @param profile the certificate profile; empty: none is named
     * @param operation the operation's path label (RFC 9483 6.1); empty: none is named
     */
    public record Link(String path, String profile, String operation) {
        private static Link of(Map<String, Object> link) {
            return new Link((String) link.get("path"), (String) link.get("profile"), (String) link.get("operation"));
        }
    }

    /**
     * Carries the octets once and brings those that come back: nothing is looked into, verified or sent again. For diagnosis, and messages of one's own.
     *
     * @param url where to
     * @param message the octets
     * @param tls of https, or null
     * @param trust of which the peer's way of carrying messages alone counts, or null
     * @param timeout of all; null: 60 s
     * @return what came back
     * @throws CmpkitException {@link TransportException}
     */
    public byte[] exchange(String url, byte[] message, Tls tls, Trust trust, Duration timeout) throws CmpkitException {
        return Calls.of(() -> raw.exchange(url, Tls.rawOf(tls), Trust.rawOf(trust), message, Calls.milliseconds(timeout)));
    }

    /**
     * The version of the library: {@code 0.1.0}.
     *
     * @return the text
     */
    public static String version() {
        return dev.cmpkit.internal.raw.version();
    }

    /**
     * The version of its binary interface, major and minor: {@code major << 16 | minor}.
     *
     * @return the number
     */
    public static int abiVersion() {
        return dev.cmpkit.internal.raw.abi_version();
    }

    /**
     * The peer profiles that {@link Trust.Builder#peer} knows, as a list of objects with {@code name}, {@code comment}, {@code takes}, {@code sends} and {@code transport}.
     *
     * @return them
     * @throws CmpkitException {@link OutOfMemoryException}
     */
    public static Json peers() throws CmpkitException {
        return new Json(Calls.of(dev.cmpkit.internal.raw::peers));
    }

    /** Gives it up. What was made with it goes on. A second time does nothing. */
    @Override
    public void close() {
        raw.close();
    }
}
