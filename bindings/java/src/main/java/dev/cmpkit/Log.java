package dev.cmpkit;

import java.lang.System.Logger.Level;

/** Hears what the library has to tell. It must not close the context. */
@FunctionalInterface
public interface Log {
    /**
     * From any thread of the library. What it throws goes to that thread's uncaught exception handler.
     *
     * @param level ERROR, WARNING, INFO or DEBUG
     * @param text one escaped line
     */
    void log(Level level, String text);
}
