package dev.cmpkit;

/** Hears what came of requests, and of an operator's word in this process. */
@FunctionalInterface
public interface Events {
    /**
     * After the fact. From any thread of the responder; the requester's answer waits for the return, so it must not block. It must not close the responder. What it
     * throws goes to the thread's uncaught exception handler.
     *
     * @param event an object as docs/registration.md describes it
     */
    void hear(Json event);
}
