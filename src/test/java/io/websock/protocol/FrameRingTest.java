package io.websock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameRingTest {

    @Test
    void isAQueueWhateverItsSize() {
        Random random = new Random(3);
        FrameRing ring = new FrameRing();
        ArrayDeque<Integer> expected = new ArrayDeque<>();
        int next = 0;
        for (int turn = 0; turn < 3000; turn++) {
            int most = turn % 500 < 250 ? 40 : 3;
            for (int i = random.nextInt(most); i > 0; i--) {
                ring.add((byte) next, new byte[] {(byte) (next >> 8), (byte) next});
                expected.add(next++ & 0xFFFF);
            }
            int gone = random.nextInt(4) == 0 ? expected.size() : random.nextInt(expected.size() + 1);
            for (int i = gone; i > 0; i--) {
                ring.removeFirst();
                expected.removeFirst();
            }
            if (random.nextInt(5) == 0) {
                int kept = random.nextInt(expected.size() + 3);
                ring.truncate(kept);
                while (expected.size() > kept) {
                    expected.removeLast();
                }
            }
            assertThat(contents(ring)).isEqualTo(new ArrayList<>(expected));
            for (int i = 0; i < ring.size(); i++) {
                assertThat(ring.flags(i)).isEqualTo(ring.payload(i)[1]);
            }
        }
    }

    @Test
    void aFrameCanBePutAnywhere() {
        Random random = new Random(4);
        FrameRing ring = new FrameRing();
        List<Integer> expected = new ArrayList<>();
        for (int next = 0; next < 3000; next++) {
            int index = random.nextInt(expected.size() + 1);
            ring.insert(index, (byte) next, new byte[] {(byte) (next >> 8), (byte) next});
            expected.add(index, next);
            while (expected.size() > next % 40) {
                ring.removeFirst();
                expected.remove(0);
            }
            assertThat(contents(ring)).isEqualTo(expected);
            for (int i = 0; i < ring.size(); i++) {
                assertThat(ring.flags(i)).isEqualTo(ring.payload(i)[1]);
            }
        }
    }

    private static List<Integer> contents(FrameRing ring) {
        List<Integer> contents = new ArrayList<>();
        for (int i = 0; i < ring.size(); i++) {
            contents.add(number(ring, i));
        }
        return contents;
    }

    private static int number(FrameRing ring, int index) {
        return (ring.payload(index)[0] & 0xFF) << 8 | (ring.payload(index)[1] & 0xFF);
    }
}
