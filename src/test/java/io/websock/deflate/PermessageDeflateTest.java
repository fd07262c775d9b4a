package io.websock.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.websock.deflate.DeflateExtension.Direction;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.handshake.Agreement;
import io.websock.handshake.ExtensionOffer;
import io.websock.handshake.ExtensionOffer.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 §5 and §7.1: offers and answers, as a server and as a client. */
class PermessageDeflateTest {
    private static final ZlibPool POOL = new ZlibPool(6, 0);

    private static PermessageDeflate speaking(Mode mode) {
        return new PermessageDeflate(mode, 1, POOL);
    }

    /** As on the wire, but without quotes; snct, cnct, smwb and cmwb stand for the long names. */
    static ExtensionOffer element(String parameters) {
        List<Parameter> list = new ArrayList<>();
        for (String parameter :
                parameters.isBlank() ? new String[0] : parameters.trim().split(" ")) {
            String[] parts = parameter.split("=", -1);
            String name = switch (parts[0]) {
                case "snct" -> "server_no_context_takeover";
                case "cnct" -> "client_no_context_takeover";
                case "smwb" -> "server_max_window_bits";
                case "cmwb" -> "client_max_window_bits";
                default -> parts[0];
            };
            list.add(new Parameter(name, parts.length > 1 ? parts[1] : null));
        }
        return new ExtensionOffer("permessage-deflate", list);
    }

    private static Direction direction(String words) {
        String[] parts = words.trim().split(" ");
        return new Direction(parts[0].equals("takeover"), Integer.parseInt(parts[1]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                // offer → answer → how the server compresses → how the client does
                "'' → snct cnct → single 15 → single 15",
                "cmwb → snct cnct → single 15 → single 15",
                "cmwb=15 → snct cnct cmwb=15 → single 15 → single 15",
                "cmwb=8 → snct cnct cmwb=8 → single 15 → single 8",
                "smwb=8 → snct cnct smwb=8 → single 8 → single 15",
                "smwb=15 → snct cnct smwb=15 → single 15 → single 15",
                "snct → snct cnct → single 15 → single 15",
                "cnct → snct cnct → single 15 → single 15",
                "cmwb=10 cnct smwb=12 snct → snct cnct smwb=12 cmwb=10 → single 12 → single 10",
            })
    void aServerThatSharesTakesNoContextOver(String offer, String answer, String server, String client) {
        check(Mode.SHARED, offer, answer, server, client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "'' → '' → takeover 15 → takeover 15",
                "cmwb → '' → takeover 15 → takeover 15",
                "cmwb=9 → cmwb=9 → takeover 15 → takeover 9",
                "smwb=9 → smwb=9 → takeover 9 → takeover 15",
                "snct → snct → single 15 → takeover 15",
                "cnct → cnct → takeover 15 → single 15",
                "cmwb=10 cnct smwb=12 snct → snct cnct smwb=12 cmwb=10 → single 12 → single 10",
            })
    void aServerThatTakesOverDoesAsItIsAsked(String offer, String answer, String server, String client) {
        check(Mode.TAKEOVER, offer, answer, server, client);
    }

    private static void check(Mode mode, String offer, String answer, String server, String client) {
        Agreement agreement = speaking(mode).accept(element(offer));
        assertThat(agreement.answer()).isEqualTo(element(answer));
        assertThat(agreement.extension())
                .isEqualTo(new DeflateExtension(POOL, 1, direction(server), direction(client)));
    }

    /** What Autobahn offers in group 13, alone and as fallbacks of each other. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cmwb",
                "cmwb snct",
                "cmwb smwb=8",
                "cmwb smwb=9",
                "cmwb smwb=15",
                "cmwb snct smwb=8",
                "cmwb snct smwb=9",
                "cmwb snct smwb=15"
            })
    void everyOfferOfAutobahnIsAccepted(String offer) {
        for (Mode mode : List.of(Mode.SHARED, Mode.TAKEOVER)) {
            List<Parameter> answered =
                    speaking(mode).accept(element(offer)).answer().parameters();
            List<Parameter> limits = new ArrayList<>(element(offer).parameters());
            limits.remove(new Parameter("client_max_window_bits", null));
            assertThat(answered).containsAll(limits);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "smwb",
                "smwb=",
                "smwb=0",
                "smwb=1",
                "smwb=7",
                "smwb=16",
                "smwb=999",
                "smwb=99999999999",
                "smwb=-8",
                "smwb=+8",
                "smwb=08",
                "smwb=015",
                "smwb=8.0",
                "smwb=0x8",
                "smwb=ten",
                "smwb=\u0668",
                "smwb=8 smwb=8",
                "cmwb=",
                "cmwb=0",
                "cmwb=7",
                "cmwb=16",
                "cmwb=09",
                "cmwb=-9",
                "cmwb cmwb",
                "cmwb cmwb=8",
                "snct=",
                "snct=1",
                "snct=true",
                "snct snct",
                "cnct=1",
                "cnct cnct",
                "unknown",
                "unknown=1",
                "SMWB=8",
                "Server_no_context_takeover",
                "cmwb snct unknown"
            })
    void anInvalidParameterDeclinesTheOfferAndFailsTheClient(String parameters) {
        for (Mode mode : Mode.values()) {
            assertThat(speaking(mode).accept(element(parameters))).isNull();
            assertThat(speaking(mode).confirm(element("snct " + parameters))).isNull();
        }
    }

    @Test
    void aClientOffersWhatItsModeNeeds() {
        assertThat(speaking(Mode.SHARED).offers()).containsExactly(element("snct cnct cmwb"));
        assertThat(speaking(Mode.TAKEOVER).offers()).containsExactly(element("cmwb"));
        assertThat(speaking(Mode.SHARED).name()).isEqualTo("permessage-deflate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                // mode → answer → how the client compresses → how the server does
                "SHARED → snct → single 15 → single 15",
                "SHARED → snct cnct → single 15 → single 15",
                "SHARED → snct cnct cmwb=8 smwb=9 → single 8 → single 9",
                "TAKEOVER → '' → takeover 15 → takeover 15",
                "TAKEOVER → snct → takeover 15 → single 15",
                "TAKEOVER → cnct → single 15 → takeover 15",
                "TAKEOVER → smwb=8 → takeover 15 → takeover 8",
                "TAKEOVER → cmwb=8 → takeover 8 → takeover 15",
                "TAKEOVER → snct cnct cmwb=15 smwb=15 → single 15 → single 15",
            })
    void aClientDoesWhatTheServerAnswers(Mode mode, String answer, String client, String server) {
        assertThat(speaking(mode).confirm(element(answer)))
                .isEqualTo(new DeflateExtension(POOL, 1, direction(client), direction(server)));
    }

    @Test
    void aServerMustAnswerTheDemandForNoContextAndTheHintForAWindow() {
        assertThat(speaking(Mode.SHARED).confirm(element(""))).isNull();
        assertThat(speaking(Mode.SHARED).confirm(element("cnct"))).isNull();
        assertThat(speaking(Mode.SHARED).confirm(element("snct cmwb"))).isNull();
        assertThat(speaking(Mode.TAKEOVER).confirm(element("cmwb"))).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void bothSidesUnderstandEachOther(Mode clientMode) {
        PermessageDeflate client = speaking(clientMode);
        for (Mode serverMode : List.of(Mode.SHARED, Mode.TAKEOVER)) {
            Agreement agreement = speaking(serverMode).accept(client.offers().get(0));
            DeflateExtension here = (DeflateExtension) client.confirm(agreement.answer());
            DeflateExtension there = (DeflateExtension) agreement.extension();
            assertThat(here.out()).isEqualTo(there.in());
            assertThat(here.in()).isEqualTo(there.out());
        }
    }

    @Test
    void connectionsWithTheSameParametersShareWhatTheyNeed() {
        PermessageDeflate server = speaking(Mode.SHARED);
        DeflateExtension extension =
                (DeflateExtension) server.accept(element("cmwb")).extension();
        assertThat(server.accept(element("")).extension()).isSameAs(extension);
        assertThat(server.accept(element("smwb=9")).extension()).isNotSameAs(extension);
        assertThat(extension.encoder()).isSameAs(extension.encoder());
    }

    @Test
    void offIsOff() {
        assertThat(speaking(Mode.OFF).accept(element(""))).isNull();
        assertThat(speaking(Mode.OFF).offers()).isEmpty();
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PermessageDeflate(Mode.SHARED, 0, POOL));
        assertThatIllegalArgumentException().isThrownBy(() -> new ZlibPool(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ZlibPool(10, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ZlibPool(1, -1));
    }
}
