package dev.cmpkit;

import java.util.Objects;

/**
 * Whatever fails in cmpkit. The subclasses are kinds of failures; the {@linkplain #fault() fault} tells code, path, clause and the peer's reason, the
 * {@linkplain #getCause() cause} what it comes from.
 */
public abstract sealed class CmpkitException extends Exception
        permits BadArgumentException, BadConfigurationException, BadStateException, CallbackException, CancelledException, CryptoException, ExistsException, InternalException,
                IoException, MalformedException, NotFoundException, OutOfMemoryException, ProtectionException, ProtocolException, StoreException, TransportException,
                UnsupportedException {
    private static final long serialVersionUID = 1;

    private final Fault fault;

    CmpkitException(Fault fault, Throwable cause) {
        super(fault.text(), cause);
        this.fault = Objects.requireNonNull(fault);
    }

    /**
     * What went wrong, part by part.
     *
     * @return it, never null
     */
    public final Fault fault() {
        return fault;
    }

    /**
     * The code of cmpkit.h, a negative number.
     *
     * @return that of the fault
     */
    public final int code() {
        return fault.code();
    }
}
