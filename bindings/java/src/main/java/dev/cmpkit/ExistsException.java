package dev.cmpkit;

/** It is there already, and is not written over. */
public final class ExistsException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public ExistsException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
