/**
 * Certificates for devices, by the Certificate Management Protocol (CMP: RFC 9810, RFC 9483).
 *
 * <p>{@link dev.cmpkit.Client} gets, updates and revokes certificates; {@link dev.cmpkit.Responder} answers as a CA or an RA. Every failure is a
 * {@link dev.cmpkit.CmpkitException}. Arguments must not be null unless a sentence says what null means.
 *
 * <p>Handles may be closed at any time by any thread, and twice: they are freed when the last call ends, and a call on a closed one fails with
 * {@link dev.cmpkit.BadStateException}. One that is not closed is freed after it was collected. Handles do not survive fork.
 *
 * @serial exclude
 */
package dev.cmpkit;
