/**
 * The sample that the fat jar runs: an echo at {@code /ws}. The library does not contain it.
 *
 * <p>Arrows: depends on {@code api} and on the annotations of {@code spring}, as any application does.
 *
 * <p>Threads: the echo never blocks, and runs on the event loops.
 */
@NullMarked
package io.websock.app;

import org.jspecify.annotations.NullMarked;
