package dev.cmpkit;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A password as UTF-8, wiped at the end. The caller's own characters are the caller's to wipe. */
final class Passwords implements AutoCloseable {
    private static final byte[] NONE = {};
    private final byte[] octets;

    /** @param password null: none is known */
    Passwords(char[] password) {
        if (password == null) {
            octets = NONE;
            return;
        }
        final ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
        octets = new byte[encoded.remaining()];
        encoded.get(octets);
        Arrays.fill(encoded.array(), (byte) 0);
    }

    byte[] octets() {
        return octets;
    }

    @Override
    public void close() {
        Arrays.fill(octets, (byte) 0);
    }
}
