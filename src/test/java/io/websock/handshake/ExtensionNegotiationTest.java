package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.protocol.Extension;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6455 §9.1: which extensions a connection has; x and y own RSV1 and RSV2, z wants both, silent none that is free. */
class ExtensionNegotiationTest {
    private static final List<ExtensionNegotiator> SPOKEN = List.of(
            new TinyNegotiator("x", 0x40),
            new TinyNegotiator("y", 0x20),
            new TinyNegotiator("z", 0x60),
            new TinyNegotiator("silent", 0x10));

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            value = {
                "x → x; agreed",
                "x; a=1 → x; a=1; agreed",
                "y, x → y; agreed, x; agreed",
                "a, x, b → x; agreed",
                "X → ''",
                "x; bad → ''",
                "x; bad, x; a, x; b → x; a; agreed",
                "x, x → x; agreed",
                "x, z, y → x; agreed, y; agreed",
                "z, y, x, silent → z; agreed, silent; agreed",
                "z; bad, x → x; agreed",
            })
    void aServerAnswersTheOffersInTheirOrder(String offers, String answers) throws RefusedException {
        assertThat(ExtensionNegotiation.accept(ExtensionList.parse(List.of(offers)), SPOKEN).stream()
                        .map(agreement -> agreement.answer().toString())
                        .collect(Collectors.joining(", ")))
                .isEqualTo(answers);
    }

    @Test
    void whoSpeaksNoneAgreesOnNone() throws RefusedException {
        assertThat(ExtensionNegotiation.accept(ExtensionList.parse(List.of("x")), List.of()))
                .isEmpty();
        assertThat(ExtensionNegotiation.accept(List.of(), SPOKEN)).isEmpty();
    }

    @Test
    void aClientOffersAllThatItSpeaks() {
        assertThat(ExtensionNegotiation.offers(SPOKEN).stream().map(ExtensionOffer::toString))
                .containsExactly("x; a=1", "x", "y; a=1", "y", "z; a=1", "z");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            value = {"x; agreed → 40", "y; agreed, x; agreed → 20 40", "z; agreed → 60", "x; a=1; agreed → 40"})
    void aClientTakesWhatTheServerAnswers(String answers, String bits) throws Exception {
        assertThat(ExtensionNegotiation.confirm(ExtensionList.parse(List.of(answers)), SPOKEN).stream()
                        .map(Extension::reservedBits)
                        .map(Integer::toHexString)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(bits);
    }

    @Test
    void noAnswerIsNoExtension() throws NegotiationException {
        assertThat(ExtensionNegotiation.confirm(List.of(), SPOKEN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            value = {
                "a → extension was not offered: a",
                "X; agreed → extension was not offered: X",
                "silent; agreed → extension was not offered: silent",
                "x → extension is answered with other than what was offered: x",
                "x; a=1 → extension is answered with other than what was offered: x; a=1",
                "x; agreed, x; agreed → extension is answered twice: x",
                "x; agreed, z; agreed → extension needs a reserved bit of another one: z",
                "x; agreed, y; agreed, b → extension was not offered: b",
            })
    void aClientFailsTheConnectionOverAnyOtherAnswer(String answers, String text) {
        assertThatThrownBy(() -> ExtensionNegotiation.confirm(ExtensionList.parse(List.of(answers)), SPOKEN))
                .isInstanceOf(NegotiationException.class)
                .hasMessage(text);
    }
}
