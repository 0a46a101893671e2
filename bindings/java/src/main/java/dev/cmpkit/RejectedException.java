package dev.cmpkit;

/** The peer refused: {@link Fault#failInfoName()} and {@link Fault#detail()} are its words (RFC 9810 5.2.3). */
public final class RejectedException extends ProtocolException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public RejectedException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
