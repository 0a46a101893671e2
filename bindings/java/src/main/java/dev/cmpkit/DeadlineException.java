package dev.cmpkit;

/** It took longer than it may, see {@link ClientBuilder#totalTimeout}. */
public final class DeadlineException extends TransportException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public DeadlineException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
