package io.websock.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loop's part of a drain: closes its connections one after the other, at even distances over the window, and resets those that are left
 * when the close time-out after it is over. Lives on the loop.
 */
final class LoopDrain extends Selectable {
    private static final Logger log = LoggerFactory.getLogger(LoopDrain.class);
    /** How far behind its plan a loop may be and catch up. */
    private static final long MAX_LATENESS = TimeUnit.MILLISECONDS.toNanos(20);

    private final EventLoop loop;
    private final DrainSettings settings;
    private final AtomicInteger turn;
    private final int loops;

    private final ArrayDeque<Session> idle = new ArrayDeque<>();
    private final ArrayDeque<Session> busy = new ArrayDeque<>();
    /** When the next connection is closed, and when all are; in the loop's time. */
    private long next;

    private long end;

    /**
     * @param turn counts the loops that have connections, so that each takes its turn between those of the others
     * @param loops of the host
     */
    LoopDrain(EventLoop loop, DrainSettings settings, AtomicInteger turn, int loops) {
        this.loop = loop;
        this.settings = settings;
        this.turn = turn;
        this.loops = loops;
    }

    /** In the loop. */
    void begin() {
        List<Session> open = new ArrayList<>();
        forEachSession(session -> {
            if (session.hasNotBegunToClose()) {
                open.add(session);
            }
        });
        Collections.shuffle(open); // so that it tells nobody anything
        open.forEach(session -> (session.isIdle() ? idle : busy).add(session));
        end = loop.now() + settings.window().toNanos();
        next = loop.now();
        if (!open.isEmpty()) {
            // The first of all connections is closed at once: where there is but one, nobody waits for it.
            next += settings.window().toNanos() / open.size() * turn.getAndIncrement() / loops;
        }
        onTimer();
    }

    @Override
    void onTimer() {
        long now = loop.now();
        if (left() == 0 && now >= giveUpAt()) {
            forEachSession(Session::giveUp);
            return;
        }
        // More than that is not made up for, but spread over the time that is left: it would be the crowd that is to be
        // avoided.
        next = Math.max(next, now - MAX_LATENESS);
        while (left() > 0 && (next <= now || now >= end)) {
            closeNext();
            next += Math.max(0, end - next) / (left() + 1);
        }
        loop.schedule(this, left() == 0 ? giveUpAt() : Math.min(next, end));
    }

    private int left() {
        return idle.size() + busy.size();
    }

    private long giveUpAt() {
        return end + settings.closeTimeout().toNanos();
    }

    private void closeNext() {
        Session session = poll();
        if (session != null) {
            session.goAway(settings.code());
        }
    }

    /** Idle ones first; one that has become busy is busy from now on. Null if none is left open. */
    private @Nullable Session poll() {
        for (Session session; (session = idle.poll()) != null; ) {
            if (session.hasNotBegunToClose()) {
                if (session.isIdle()) {
                    return session;
                }
                busy.add(session);
            }
        }
        for (Session session; (session = busy.poll()) != null; ) {
            if (session.hasNotBegunToClose()) {
                return session;
            }
        }
        return null;
    }

    private void forEachSession(Consumer<Session> action) {
        loop.forEach(owner -> {
            Session session = owner instanceof Connection connection ? connection.session : null;
            if (session != null) {
                action.accept(session);
            }
        });
    }

    @Override
    void onFailure(Throwable failure) {
        log.error("Event loop's drain failed, going on", failure);
        loop.schedule(this, loop.now());
    }

    @Override
    void onReady() {
        // It has no channel.
    }
}
