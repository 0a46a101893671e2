package dev.cmpkit;

/** The library got no memory. */
public final class OutOfMemoryException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public OutOfMemoryException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
