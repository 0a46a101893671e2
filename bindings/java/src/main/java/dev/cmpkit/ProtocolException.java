package dev.cmpkit;

/** A message breaks a rule of CMP, or the peer said so; {@link Fault#clause()} names the rule. */
public sealed class ProtocolException extends CmpkitException permits RejectedException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public ProtocolException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
