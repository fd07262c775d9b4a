package io.websock.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.protocol.Extension;
import io.websock.protocol.Extension.Encoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A message that is sent on many connections is deflated once for all with the same parameters. */
class BroadcastTest {

    @Test
    void isDeflatedOncePerParameterSet() {
        ZlibPool pool = new ZlibPool(6, 4);
        Message message = Message.binary(new Samples(20).json(5000));
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            // Each connection negotiates for itself, on one of two endpoints.
            PermessageDeflate endpoint = new PermessageDeflate(Mode.SHARED, 1, pool);
            String offer = i % 5 == 0 ? "" : "smwb=" + (8 + i % 3);
            Encoder encoder = endpoint.accept(PermessageDeflateTest.element(offer))
                    .extension()
                    .encoder();
            sent.add(encoder.encode(message).payload());
        }
        Set<byte[]> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        distinct.addAll(sent);
        assertThat(distinct).hasSize(4);
        assertThat(pool.deflaterCounts().created()).isEqualTo(1);
    }

    @Test
    void isFoundNotToBecomeSmallerOnce() {
        AtomicInteger times = new AtomicInteger();
        Message message = Message.binary(new Samples(21).noise(1000));
        for (int i = 0; i < 10; i++) {
            assertThat(message.encoded("key", payload -> {
                        times.incrementAndGet();
                        return payload;
                    }))
                    .isSameAs(message.payload());
        }
        assertThat(times).hasValue(1);
    }

    @Test
    void whoKeepsTheMessageDoesNotKeepWhatWasSent() throws InterruptedException {
        AtomicInteger times = new AtomicInteger();
        Message message = Message.binary(new byte[1000]);
        byte[] held = message.encoded("held", payload -> new byte[100]);
        for (int i = 0; i < 100 && times.get() < 3; i++) {
            assertThat(message.encoded("dropped", payload -> {
                        times.incrementAndGet();
                        return new byte[10];
                    }))
                    .hasSize(10);
            System.gc();
            Thread.sleep(5);
        }
        assertThat(times.get()).isGreaterThanOrEqualTo(3);
        assertThat(message.encoded("held", payload -> new byte[0])).isSameAs(held);
    }

    @Test
    void isDeflatedForEachThatTakesItsContextOver() {
        ZlibPool pool = new ZlibPool(6, 4);
        Message message = Message.binary(new Samples(22).json(5000));
        Extension extension = Deflate.extension(pool, true, 15);
        Encoder first = extension.encoder();
        Encoder second = extension.encoder();
        first.encode(message);
        byte[] again = first.encode(message).payload();
        byte[] alone = second.encode(message).payload();
        assertThat(again.length).isLessThan(alone.length / 10);
        assertThat(pool.deflaterCounts().created()).isEqualTo(2);
        assertThat(Arrays.equals(again, alone)).isFalse();
        first.close();
        second.close();
    }
}
