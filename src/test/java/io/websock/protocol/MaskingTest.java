package io.websock.protocol;

import static io.websock.testkit.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.testkit.Exchange;
import io.websock.testkit.Frames;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §5.1 and §5.3. */
class MaskingTest {

    @ParameterizedTest
    @ValueSource(strings = {"8100", "8200", "8101", "817e", "0100", "8800", "8802", "8900", "8a00", "897e"})
    void aFrameFromAClientThatIsNotMaskedIsRefusedAtItsSecondByte(String frame) {
        Exchange.of(frame).asIsTo(Role.SERVER).breaks(1002, "frame from a client is not masked");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8180", "8280", "8181", "81fe", "0180", "8880", "8882", "8980", "8a80", "89fe"})
    void aFrameFromAServerThatIsMaskedIsRefusedAtItsSecondByte(String frame) {
        Exchange.of(frame).asIsTo(Role.CLIENT).breaks(1002, "frame from a server is masked");
    }

    @Test
    void aContinuationIsMaskedAsItsMessageIs() {
        Exchange.of("01 83 01020304 494e4f 80 01")
                .asIsTo(Role.SERVER)
                .breaks(1002, "frame from a client is not masked");
        Exchange.of("01 03 48656c 80 81").asIsTo(Role.CLIENT).breaks(1002, "frame from a server is masked");
    }

    @Test
    void theExampleOfSection5_7() {
        Exchange.of("81 85 37fa213d 7f9f4d5158").asIsTo(Role.SERVER).answers(new byte[0], "text Hello");
        assertThat(Frames.masked(hex("81 05 48656c6c6f"))).isEqualTo(hex("81 85 37fa213d 7f9f4d5158"));
    }

    @Test
    void aKeyIsGoodForOneFrame() {
        Exchange.of("01 82 01020304 4967 00 80 ffffffff 80 83 a0b0c0d0 ccdcaf")
                .asIsTo(Role.SERVER)
                .answers(new byte[0], "text Hello");
    }

    @Test
    void aKeyOfZerosIsAKey() {
        Exchange.of("82 82 00000000 0102").asIsTo(Role.SERVER).answers(new byte[0], "binary 0102");
    }

    @Test
    void appliesTheKeyOctetByOctetFromAnyOffsetOn() {
        Random random = new Random(1);
        for (int from = 0; from < 20; from++) {
            for (int to = from; to < 50; to++) {
                byte[] bytes = new byte[50];
                random.nextBytes(bytes);
                byte[] expected = bytes.clone();
                int key = random.nextInt();
                for (int i = from; i < to; i++) {
                    expected[i] ^= (byte) (key >> 24 - 8 * ((i - from) % 4));
                }
                Masking.apply(key, bytes, from, to);
                assertThat(Arrays.equals(bytes, expected)).isTrue();
            }
        }
    }

    @Test
    void advancesTheKeyByAnyCount() {
        assertThat(Masking.advance(0x01020304, 0)).isEqualTo(0x01020304);
        assertThat(Masking.advance(0x01020304, 1)).isEqualTo(0x02030401);
        assertThat(Masking.advance(0x01020304, 6)).isEqualTo(0x03040102);
        assertThat(Masking.advance(0xF1020304, Long.MAX_VALUE)).isEqualTo(0x04F10203);
    }
}
