package dev.cmpkit;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Serves a {@link Responder} at one or more URLs, in threads of its own. Any thread. */
public final class Listener implements AutoCloseable {
    private final dev.cmpkit.internal.Listener raw;
    private final List<String> urls;

    Listener(dev.cmpkit.internal.Listener raw) throws CmpkitException {
        this.raw = raw;
        this.urls = Calls.of(() -> IntStream.range(0, raw.size()).mapToObj(raw::url).toList());
    }

    /**
     * Where it serves, with real ports.
     *
     * @return URLs
     */
    public List<String> urls() {
        return urls;
    }

    /**
     * Takes no more requests, and lets those under way end.
     *
     * @param grace how long they may take
     * @throws CmpkitException {@link BadStateException}: closed
     */
    public void stop(Duration grace) throws CmpkitException {
        Calls.run(() -> raw.stop(grace.isZero() ? 0 : Calls.milliseconds(grace)));
    }

    /** Stops at once, and waits for its threads. A second time does nothing. */
    @Override
    public void close() {
        raw.close();
    }
}
