package dev.cmpkit;

/** Sees each message. */
@FunctionalInterface
public interface Trace {
    /** Which way a message goes. */
    enum Direction {
        /** To the peer. */
        SENT,
        /** From the peer. */
        RECEIVED
    }

    /**
     * A message as it goes or came. From the thread that runs the operation.
     *
     * @param direction which way
     * @param message the octets
     * @throws Exception ends the run and comes back from its call
     */
    void trace(Direction direction, byte[] message) throws Exception;
}
