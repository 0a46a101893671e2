package dev.cmpkit;

/** Says whether a new certificate is wanted. */
@FunctionalInterface
public interface Policy {
    /**
     * Asked when it has the right key and a trusted path. From the thread that runs the operation. What is declined is rejected in certConf (RFC 9483 4.1.1).
     *
     * @param offer what the CA has issued
     * @return whether it is taken
     * @throws Exception declines it, and comes back from the call
     */
    boolean accept(Offer offer) throws Exception;
}
