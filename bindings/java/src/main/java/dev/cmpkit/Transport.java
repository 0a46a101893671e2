package dev.cmpkit;

/** Carries messages: a transport of the application's own. */
@FunctionalInterface
public interface Transport {
    /**
     * Carries one message, and waits for the answer. From the thread that runs the operation.
     *
     * @param label the operation's path label (RFC 9483 6.1)
     * @param request the message
     * @return the answer
     * @throws Exception ends the run and comes back from its call
     */
    byte[] exchange(String label, byte[] request) throws Exception;
}
