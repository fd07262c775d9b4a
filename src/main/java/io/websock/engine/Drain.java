package io.websock.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.websock.protocol.Role;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The end of a host's connections, on the thread that stops it: it tells the loops what to do, waits, and logs how it goes. */
final class Drain {
    private static final Logger log = LoggerFactory.getLogger(Drain.class);
    /** How often a long drain says how far it is. */
    private static final long PROGRESS = Duration.ofSeconds(10).toNanos();

    private final Host host;
    private final DrainSettings settings;
    private final Level level;
    private final long begin = System.nanoTime();

    Drain(Host host, DrainSettings settings) {
        this.host = host;
        this.settings = settings;
        // A client that is closed is everyday life.
        this.level = host.role() == Role.SERVER ? Level.INFO : Level.DEBUG;
    }

    /** Returns when no connection is open, or the time is over. */
    void run() throws InterruptedException {
        int before = host.connections();
        log.atLevel(level)
                .log(
                        "Drain begins: {} connections open, new ones are refused for {}, Close frames are sent over {}; all of it takes {} at most",
                        before,
                        seconds(settings.acceptDelay()),
                        seconds(settings.window()),
                        seconds(settings.longest()));
        NANOSECONDS.sleep(settings.acceptDelay().toNanos());
        AtomicInteger turn = new AtomicInteger();
        for (EventLoop loop : host.loops()) {
            loop.beginStop();
            LoopDrain drain = new LoopDrain(loop, settings, turn, host.loops().size());
            loop.execute(drain, drain::begin);
        }
        await(begin + settings.longest().toNanos());
        int left = host.connections();
        String took = seconds(Duration.ofNanos(System.nanoTime() - begin));
        if (left == 0) {
            log.atLevel(level)
                    .log(
                            "Drain complete after {}: {} connections closed, {} of them without the peer's Close frame",
                            took,
                            before,
                            host.unanswered());
        } else {
            log.warn(
                    "Drain ends after {}: {} of {} connections did not close in time and are reset",
                    took,
                    left,
                    before);
        }
    }

    private void await(long end) throws InterruptedException {
        long report = System.nanoTime() + PROGRESS;
        long now;
        while (host.connections() > 0 && (now = System.nanoTime()) - end < 0) {
            if (now - report >= 0) {
                log.atLevel(level).log("Drain goes on: {} connections still open", host.connections());
                report += PROGRESS;
            }
            host.awaitNoneOpen(Math.min(end, report) - now);
        }
    }

    private static String seconds(Duration duration) {
        return MILLISECONDS.convert(duration) % 1000 == 0
                ? duration.toSeconds() + " s"
                : Math.round(duration.toMillis() / 100.0) / 10.0 + " s";
    }
}
