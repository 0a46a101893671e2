package dev.cmpkit;

/** The peer cannot be reached by this URL, or nothing useful comes back. */
public sealed class TransportException extends CmpkitException permits DeadlineException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public TransportException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
