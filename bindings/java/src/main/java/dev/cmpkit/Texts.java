package dev.cmpkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of text, whose failures are of our kind. */
final class Texts {
    private Texts() {}

    static String read(Path file) throws IoException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IoException(new Fault(-7, "io", "api: " + file + ": " + e, "api", "", "", e.toString(), 0, Fault.NO_FAIL_INFO, ""), null);
        }
    }
}
