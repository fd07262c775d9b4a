package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §9.1: Sec-WebSocket-Extensions. */
class ExtensionListTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            quoteCharacter = '`',
            value = {
                "x → x",
                "x,y → x, y",
                " x ,\ty\t → x, y",
                ",, x,,\t,y, → x, y",
                "x;a → x; a",
                "x;a;a=1;a=2;b → x; a; a=1; a=2; b",
                "x , x ; a → x, x; a",
                "x ; a = 1 ; b = \"2\" , y → x; a=1; b=2, y",
                "x; a=\"1\" → x; a=1",
                "x; a=\"\\1\\b\" → x; a=1b",
                "!#$%&'*+-.^_`|~09azAZ;!#$%&'*+-.^_`|~=!#$%&'*+-.^_`|~ → !#$%&'*+-.^_`|~09azAZ; !#$%&'*+-.^_`|~=!#$%&'*+-.^_`|~",
                "permessage-deflate; client_max_window_bits, permessage-deflate → permessage-deflate; client_max_window_bits, permessage-deflate",
            })
    void aListIsTakenApart(String line, String offers) throws RefusedException {
        assertThat(ExtensionList.parse(List.of(line)).stream()
                        .map(ExtensionOffer::toString)
                        .collect(Collectors.joining(", ")))
                .isEqualTo(offers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                " ,\t, ",
                ";",
                ";a",
                "=",
                "x y",
                "x;",
                "x;,y",
                "x;;a",
                "x; a b",
                "x; a=",
                "x; a=,y",
                "x; a==1",
                "x; a=1 2",
                "x; a=1=2",
                "x; =1",
                "x=1",
                "x; a=\"",
                "x; a=\"1",
                "x; a=\"1\\",
                "x; a=\"1\\\"",
                "x; a=\"\"",
                "x; a=\"1 2\"",
                "x; a=\"1,2\"",
                "x; a=\"\\\"\"",
                "x; a=\"1\"2",
                "x; a=\"1\" 2",
                "\"x\"",
                "x; \"a\"",
                "x; a='(1)'",
                "(x)",
                "x@",
                "\u00E9",
                "x, y; a=\"\u00E9\""
            })
    void aBrokenListIsRefused(String line) {
        assertThatThrownBy(() -> ExtensionList.parse(List.of(line)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.EXTENSIONS_MALFORMED));
    }

    @Test
    void severalLinesAreOneList() throws RefusedException {
        assertThat(ExtensionList.parse(List.of("x; a", "", "y,z")))
                .extracting(ExtensionOffer::name)
                .containsExactly("x", "y", "z");
        assertThatThrownBy(() -> ExtensionList.parse(List.of("x; a=\"", "\""))).isInstanceOf(RefusedException.class);
    }

    @Test
    void noLineIsNoOffer() throws RefusedException {
        assertThat(ExtensionList.parse(List.of())).isEmpty();
    }

    @Test
    void aParameterWithoutValueHasNone() throws RefusedException {
        assertThat(ExtensionList.parse(List.of("x; a; b=1")).get(0).parameters())
                .containsExactly(new ExtensionOffer.Parameter("a", null), new ExtensionOffer.Parameter("b", "1"));
    }
}
