package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 9110 §5: fields by their names. */
class RequestTest {

    private final Request request =
            Server.parse("GET /ws?secret HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-b: 2\r\nx-a: 3,, 4\r\n\r\n");

    @Test
    void aHeaderIsFoundInAnyCase() {
        assertThat(request.header("x-a")).isEqualTo("1");
        assertThat(request.header("X-B")).isEqualTo("2");
        assertThat(request.header("x")).isNull();
    }

    @Test
    void allLinesAreInTheirOrder() {
        assertThat(request.headers("X-a")).containsExactly("1", "3,, 4");
        assertThat(request.headers("x")).isEmpty();
    }

    @Test
    void theElementsOfAllLinesAreOneList() {
        assertThat(request.elements("X-a")).containsExactly("1", "3", "", "4");
        assertThat(request.elements("x")).isEmpty();
    }

    @Test
    void aLogShowsNoSecret() {
        assertThat(request).hasToString("GET /ws");
    }
}
