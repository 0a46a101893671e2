package dev.cmpkit;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** How a call of the library fails in Java. */
final class Calls {
    private Calls() {}

    /** What callbacks have thrown comes back as it is, but for checked exceptions of the application's own: they become a {@link CallbackException}'s cause. */
    static <T> T of(Supplier<T> call) throws CmpkitException {
        try {
            return call.get();
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Throwable checked) { // C++ throws whatever a callback threw
            if (checked instanceof CmpkitException own) throw own;
            throw new CallbackException(checked);
        }
    }

    static void run(Runnable call) throws CmpkitException {
        of(() -> {
            call.run();
            return null;
        });
    }

    /** Lets a callback's checked exception pass through code that SWIG wrote. */
    @SuppressWarnings("unchecked")
    static <X extends Throwable> RuntimeException passed(Throwable thrown) throws X {
        throw (X) thrown;
    }

    /** 0 where there is none, which the library takes for its default. */
    static long milliseconds(Duration duration) {
        if (duration == null) return 0;
        if (duration.isNegative() || duration.isZero() || duration.toMillis() > 0xFFFF_FFFFL) throw new IllegalArgumentException("a time limit is 1 ms to 49 days");
        return Math.max(1, duration.toMillis());
    }

    static long seconds(Instant time) {
        return time == null ? 0 : time.getEpochSecond();
    }
}
