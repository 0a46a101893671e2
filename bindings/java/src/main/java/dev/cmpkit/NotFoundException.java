package dev.cmpkit;

/** There is no such key, certificate, request or item. */
public final class NotFoundException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public NotFoundException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
