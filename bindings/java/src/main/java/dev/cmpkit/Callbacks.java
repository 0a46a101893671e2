package dev.cmpkit;

import dev.cmpkit.internal.Sink;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * What the library calls, over what the application wrote. The library owns these objects and keeps them reachable, so they are static and know nothing of the object
 * that they are given to: otherwise that would never be collected.
 */
final class Callbacks {
    private Callbacks() {}

    private interface Step {
        void take() throws Exception;
    }

    private static void pass(Step step) {
        try {
            step.take();
        } catch (Exception thrown) {
            throw Calls.<RuntimeException>passed(thrown);
        }
    }

    /** For servers, whose requesters can be refused and put off. */
    private static void answer(Sink sink, Step step) {
        try {
            step.take();
        } catch (RefusedException refused) {
            sink.refuse(refused.getMessage());
        } catch (LaterException later) {
            sink.later(later.checkAfter().toSeconds(), later.getMessage());
        } catch (Exception thrown) {
            throw Calls.<RuntimeException>passed(thrown);
        }
    }

    private static void write(Optional<Names> names, Sink subject, Sink sans) {
        if (names.isEmpty()) return;
        subject.write(names.get().subject().getBytes(StandardCharsets.UTF_8));
        sans.write(String.join("\n", names.get().sans()).getBytes(StandardCharsets.UTF_8));
    }

    static int numberOf(Level most) {
        return switch (most) {
            case OFF, ERROR -> 1;
            case WARNING -> 2;
            case INFO -> 3;
            default -> 4;
        };
    }

    static final class OfLog extends dev.cmpkit.internal.Logger {
        private static final Level[] LEVELS = {Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG};
        private final Log log;

        OfLog(Log log) {
            this.log = log;
        }

        @Override
        public void log(int level, String text) {
            log.log(LEVELS[Math.min(Math.max(level, 1), LEVELS.length) - 1], text);
        }
    }

    static final class OfSigner extends dev.cmpkit.internal.Signer {
        private final Signer signer;

        OfSigner(Signer signer) {
            this.signer = signer;
        }

        @Override
        public void sign(byte[] algorithm, byte[] data, Sink signature) {
            pass(() -> signature.write(signer.sign(algorithm, data)));
        }
    }

    static final class OfTransport extends dev.cmpkit.internal.Carrier {
        private final Transport transport;

        OfTransport(Transport transport) {
            this.transport = transport;
        }

        @Override
        public void exchange(String label, byte[] request, Sink answer) {
            pass(() -> answer.write(transport.exchange(label, request)));
        }
    }

    static final class OfPolicy extends dev.cmpkit.internal.Policy {
        private final Policy policy;

        OfPolicy(Policy policy) {
            this.policy = policy;
        }

        @Override
        public boolean accept(byte[] certificate, boolean withMods, String text) {
            try {
                return policy.accept(new Offer(certificate, withMods, text));
            } catch (Exception thrown) {
                throw Calls.<RuntimeException>passed(thrown);
            }
        }
    }

    static final class OfKeeper extends dev.cmpkit.internal.Keeper {
        private final Keeper keeper;

        OfKeeper(Keeper keeper) {
            this.keeper = keeper;
        }

        @Override
        public void keep(byte[] certificate, byte[] chain) {
            pass(() -> keeper.keep(Certificates.of(certificate), Certificates.ofDer(chain)));
        }
    }

    static final class OfWaiting extends dev.cmpkit.internal.Waiter {
        private final Waiting waiting;

        OfWaiting(Waiting waiting) {
            this.waiting = waiting;
        }

        @Override
        public void wait(long checkAfter, String text) {
            pass(() -> waiting.waiting(Duration.ofSeconds(checkAfter), text));
        }
    }

    static final class OfTrace extends dev.cmpkit.internal.Tracer {
        private final Trace trace;

        OfTrace(Trace trace) {
            this.trace = trace;
        }

        @Override
        public void trace(boolean sent, byte[] message) {
            pass(() -> trace.trace(sent ? Trace.Direction.SENT : Trace.Direction.RECEIVED, message));
        }
    }

    static final class OfSaver extends dev.cmpkit.internal.Saver {
        private final Saver saver;

        OfSaver(Saver saver) {
            this.saver = saver;
        }

        @Override
        public void save(byte[] state) {
            pass(() -> saver.save(state));
        }
    }

    static final class OfNaming extends dev.cmpkit.internal.Namer {
        private final Naming naming;

        OfNaming(Naming naming) {
            this.naming = naming;
        }

        @Override
        public void name(dev.cmpkit.internal.Question question, Sink subject, Sink sans) {
            answer(subject, () -> write(naming.name(Question.of(question)), subject, sans));
        }
    }

    static final class OfOverseer extends dev.cmpkit.internal.Overseer {
        private final Overseer overseer;

        OfOverseer(Overseer overseer) {
            this.overseer = overseer;
        }

        @Override
        public void oversee(dev.cmpkit.internal.Question question, Sink subject, Sink sans) {
            answer(subject, () -> write(overseer.oversee(Question.of(question)), subject, sans));
        }
    }

    static final class OfAdapter extends dev.cmpkit.internal.Adapter {
        private final Adapter adapter;

        OfAdapter(Adapter adapter) {
            this.adapter = adapter;
        }

        @Override
        public void adapt(byte[] pkcs10, String upstream, String profile, String transactionId, String requestId, Sink certificates) {
            answer(certificates, () -> certificates.write(adapter.adapt(new Adapter.Request(pkcs10, upstream, profile, transactionId, requestId)).octets()));
        }
    }

    static final class OfInformer extends dev.cmpkit.internal.Informer {
        private final Informer informer;

        OfInformer(Informer informer) {
            this.informer = informer;
        }

        @Override
        public void inform(String requester, byte[] value, Sink answer) {
            answer(answer, () -> answer.write(informer.inform(requester, value)));
        }
    }

    static final class OfEvents extends dev.cmpkit.internal.Audience {
        private final Events events;

        OfEvents(Events events) {
            this.events = events;
        }

        @Override
        public void hear(String event) {
            events.hear(new Json(event));
        }
    }
}
