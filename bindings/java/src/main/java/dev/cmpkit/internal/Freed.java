package dev.cmpkit.internal;

import java.lang.ref.Cleaner;
import java.util.function.LongConsumer;

/** Frees what C++ has made for an object of Java, when nobody can reach that object any more. */
final class Freed implements Runnable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long cPtr;
    private final LongConsumer free;

    private Freed(long cPtr, LongConsumer free) {
        this.cPtr = cPtr;
        this.free = free;
    }

    static void when(Object isUnreachable, long cPtr, LongConsumer free) {
        CLEANER.register(isUnreachable, new Freed(cPtr, free));
    }

    @Override
    public void run() {
        free.accept(cPtr);
    }
}
