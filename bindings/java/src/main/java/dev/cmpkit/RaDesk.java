package dev.cmpkit;

import java.util.List;

/** What the officer of an RA does, also while it serves. Any thread. It holds its {@link Responder}. */
public final class RaDesk {
    private final Responder responder;

    RaDesk(Responder responder) {
        this.responder = responder;
    }

    /**
     * Requests that wait for the officer.
     *
     * @return them
     * @throws CmpkitException {@link BadStateException}: the configuration is that of a CA
     */
    public List<PendingRequest> pending() throws CmpkitException {
        return PendingRequest.all(Calls.of(() -> responder.raw.ra_pending()));
    }

    /**
     * Approves a request, which goes on when its requester asks again.
     *
     * @param id of the request
     * @throws CmpkitException {@link NotFoundException}: no such request waits; {@link BadStateException}: there is a word on it already
     */
    public void approve(String id) throws CmpkitException {
        Calls.run(() -> responder.raw.ra_approve(id));
    }

    /**
     * Rejects a request; the requester learns it when it asks again.
     *
     * @param id of the request
     * @param reason for the requester; empty: none
     * @throws CmpkitException as {@link #approve}
     */
    public void reject(String id, String reason) throws CmpkitException {
        Calls.run(() -> responder.raw.ra_reject(id, reason));
    }
}
