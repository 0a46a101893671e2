package dev.cmpkit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** What an operation in another thread will bring. Cancelling it ends the operation. */
final class Pending<T> extends CompletableFuture<T> {
    private final Operation operation;

    interface Work<T> {
        T of(Operation operation) throws CmpkitException;
    }

    private Pending(Operation operation) {
        this.operation = operation;
    }

    static <T> CompletableFuture<T> begin(Executor executor, Operation operation, Work<T> work) {
        final Pending<T> pending = new Pending<>(operation);
        executor.execute(() -> pending.carryOut(work));
        return pending;
    }

    private void carryOut(Work<T> work) {
        try {
            complete(work.of(operation));
        } catch (Throwable thrown) {
            completeExceptionally(thrown);
        }
    }

    /** Closes: a run that has not begun yet shall not begin. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        final boolean isCancelled = super.cancel(mayInterruptIfRunning);
        if (isCancelled) operation.close();
        return isCancelled;
    }
}
