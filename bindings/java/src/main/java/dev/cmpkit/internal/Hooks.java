package dev.cmpkit.internal;

import dev.cmpkit.BadArgumentException;
import dev.cmpkit.BadConfigurationException;
import dev.cmpkit.BadStateException;
import dev.cmpkit.CallbackException;
import dev.cmpkit.CancelledException;
import dev.cmpkit.CmpkitException;
import dev.cmpkit.CryptoException;
import dev.cmpkit.DeadlineException;
import dev.cmpkit.ExistsException;
import dev.cmpkit.Fault;
import dev.cmpkit.InternalException;
import dev.cmpkit.IoException;
import dev.cmpkit.MalformedException;
import dev.cmpkit.NotFoundException;
import dev.cmpkit.OutOfMemoryException;
import dev.cmpkit.ProtectionException;
import dev.cmpkit.ProtocolException;
import dev.cmpkit.RejectedException;
import dev.cmpkit.StoreException;
import dev.cmpkit.TransportException;
import dev.cmpkit.UnsupportedException;

/** What C++ asks of Java: exceptions for the library's errors, and somebody to hear of those that nobody can catch. */
final class Hooks {
    /** @param failure  a cmpkit::Failure that is ours from now on */
    Throwable exceptionOf(long failure) {
        return exceptionOf(new Failure(failure, true));
    }

    /** Of a callback in a thread of the library, or of one that nothing waits for. */
    void report(Throwable thrown) {
        final Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    }

    private static CmpkitException exceptionOf(Failure failure) {
        try {
            final Failure cause = failure.cause();
            return exceptionOf(faultOf(failure), cause == null ? null : exceptionOf(cause));
        } finally {
            failure.delete();
        }
    }

    private static Fault faultOf(Failure f) {
        return new Fault(f.code(), f.name(), f.text(), f.layer(), f.path(), f.clause(), f.detail(), f.offset(), f.fail_info(), f.fail_info_name());
    }

    /** By the groups of cmpkit.h: what a later library knows besides is of the kind of its group. */
    static CmpkitException exceptionOf(Fault fault, CmpkitException cause) {
        return switch (fault.code()) {
            case rawConstants.CMPKIT_E_BAD_ARGUMENT -> new BadArgumentException(fault, cause);
            case rawConstants.CMPKIT_E_MEMORY -> new OutOfMemoryException(fault, cause);
            case rawConstants.CMPKIT_E_BAD_STATE -> new BadStateException(fault, cause);
            case rawConstants.CMPKIT_E_UNSUPPORTED -> new UnsupportedException(fault, cause);
            case rawConstants.CMPKIT_E_NOT_FOUND -> new NotFoundException(fault, cause);
            case rawConstants.CMPKIT_E_CANCELLED -> new CancelledException(fault, cause);
            case rawConstants.CMPKIT_E_IO -> new IoException(fault, cause);
            case rawConstants.CMPKIT_E_BAD_CONFIGURATION -> new BadConfigurationException(fault, cause);
            case rawConstants.CMPKIT_E_EXISTS -> new ExistsException(fault, cause);
            case rawConstants.CMPKIT_E_REJECTED -> new RejectedException(fault, cause);
            case rawConstants.CMPKIT_E_DEADLINE -> new DeadlineException(fault, cause);
            case rawConstants.CMPKIT_E_CALLBACK_FAILED -> new CallbackException(fault, cause);
            default -> ofGroup(fault, cause);
        };
    }

    private static CmpkitException ofGroup(Fault fault, CmpkitException cause) {
        return switch (-fault.code() / 20) {
            case 1 -> new MalformedException(fault, cause);
            case 2 -> new CryptoException(fault, cause);
            case 3 -> new ProtectionException(fault, cause);
            case 4 -> new ProtocolException(fault, cause);
            case 5 -> new StoreException(fault, cause);
            case 6 -> new TransportException(fault, cause);
            default -> new InternalException(fault, cause);
        };
    }
}
