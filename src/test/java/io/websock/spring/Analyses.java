package io.websock.spring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** What the user is told when a context does not start: the first answer of all the analyzers there are, in Boot's order. */
final class Analyses {

    private Analyses() {}

    static FailureAnalysis of(ApplicationContextRunner runner) {
        AtomicReference<Environment> environment = new AtomicReference<>();
        AtomicReference<FailureAnalysis> analysis = new AtomicReference<>();
        runner.withInitializer(context -> environment.set(context.getEnvironment()))
                .run(context -> {
                    assertThat(context).hasFailed();
                    analysis.set(analyze(context.getStartupFailure(), environment.get()));
                });
        return requireNonNull(analysis.get());
    }

    private static FailureAnalysis analyze(Throwable failure, Environment environment) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        ArgumentResolver.of(Environment.class, environment),
                        FailureHandler.handleMessage((message, cause) -> {}))
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(analysis -> analysis != null)
                .findFirst()
                .orElseGet(() -> analyzed(failure));
    }

    private static FailureAnalysis analyzed(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof FailureAnalyzedException)) {
            cause = requireNonNull(cause.getCause(), "nobody explains " + failure);
        }
        return ((FailureAnalyzedException) cause).analysis();
    }
}
