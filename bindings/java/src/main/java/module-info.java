/** Certificates for devices, by the Certificate Management Protocol (CMP: RFC 9810, RFC 9483). */
module dev.cmpkit {
    exports dev.cmpkit;
}
