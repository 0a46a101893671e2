package dev.cmpkit;

/** Makes the state of an operation durable, so that it can go on in another process. */
@FunctionalInterface
public interface Saver {
    /**
     * Keeps the state in the place of the one before; the next step is taken only after the return. From the thread that runs the operation. No key and no secret is in
     * it; still it is to be kept where its owner alone can read and write.
     *
     * @param state versioned octets, see {@link Client#resume}
     * @throws Exception ends the run, and comes back from its call; nothing is sent
     */
    void save(byte[] state) throws Exception;
}
