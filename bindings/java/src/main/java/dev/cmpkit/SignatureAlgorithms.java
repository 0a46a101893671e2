package dev.cmpkit;

import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** What Java calls the algorithms that the library signs with. Their AlgorithmIdentifiers have one encoding each (RFC 5758 3.2, RFC 4055 5, RFC 8410 3). */
final class SignatureAlgorithms {
    private static final Map<String, String> NAMES = Map.of(
            "300a06082a8648ce3d040302", "SHA256withECDSA",
            "300a06082a8648ce3d040303", "SHA384withECDSA",
            "300a06082a8648ce3d040304", "SHA512withECDSA",
            "300d06092a864886f70d01010b0500", "SHA256withRSA",
            "300d06092a864886f70d01010c0500", "SHA384withRSA",
            "300d06092a864886f70d01010d0500", "SHA512withRSA",
            "300506032b6570", "Ed25519",
            "300506032b6571", "Ed448");

    private SignatureAlgorithms() {}

    static String nameOf(byte[] algorithmIdentifier) throws NoSuchAlgorithmException {
        final String der = HexFormat.of().formatHex(algorithmIdentifier);
        final String name = NAMES.get(der);
        if (name == null) throw new NoSuchAlgorithmException("the AlgorithmIdentifier " + der);
        return name;
    }
}
