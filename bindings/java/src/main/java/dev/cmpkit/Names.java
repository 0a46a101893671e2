package dev.cmpkit;

import java.util.List;

/**
 * What somebody is to be called in a certificate.
 *
 * @param subject RFC 4514: {@code CN=dev1,O=Plant}
 * @param sans alternative names: {@code dns:dev1.plant}, {@code ip:192.0.2.1}, {@code uri:…}, {@code email:…}
 */
public record Names(String subject, List<String> sans) {
    /**
     * Copies the list.
     *
     * @param subject the name
     * @param sans the alternative names
     */
    public Names {
        sans = List.copyOf(sans);
    }

    /**
     * A subject alone, or with alternative names.
     *
     * @param subject the name
     * @param sans the alternative names
     * @return both
     */
    public static Names of(String subject, String... sans) {
        return new Names(subject, List.of(sans));
    }
}
