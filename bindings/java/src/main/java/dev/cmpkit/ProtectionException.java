package dev.cmpkit;

/** The protection of a message does not hold (RFC 9483 3.2, 3.5). */
public final class ProtectionException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public ProtectionException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
