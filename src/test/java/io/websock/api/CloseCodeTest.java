package io.websock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** RFC 6455 §7.4. */
class CloseCodeTest {

    @Test
    void exactlyTheseMayBeSent() {
        int[] expected = IntStream.concat(
                        IntStream.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
                        IntStream.range(3000, 5000))
                .toArray();
        assertThat(IntStream.rangeClosed(-1, 70_000)
                        .filter(CloseCode::isSendable)
                        .toArray())
                .isEqualTo(expected);
        assertThat(CloseCode.isSendable(Integer.MIN_VALUE)).isFalse();
        assertThat(CloseCode.isSendable(Integer.MAX_VALUE)).isFalse();
    }

    @Test
    void whatStandsForTheAbsenceOfACodeIsNotSent() {
        assertThat(CloseCode.isSendable(CloseCode.NO_STATUS)).isFalse();
        assertThat(CloseCode.isSendable(CloseCode.ABNORMAL)).isFalse();
    }
}
