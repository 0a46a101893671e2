package dev.cmpkit;

/** The responder's store failed, or another server was faster. */
public final class StoreException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public StoreException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
