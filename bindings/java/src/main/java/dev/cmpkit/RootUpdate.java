package dev.cmpkit;

/**
 * A new root, to which newWithOld leads from the one that is held (RFC 9483 4.3.2).
 *
 * @param root the new one
 * @param links newWithOld, and oldWithNew if it came
 */
public record RootUpdate(Certificates root, Certificates links) {}
