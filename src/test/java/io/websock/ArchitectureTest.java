package io.websock;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The arrows between the packages, as the package-info files draw them. */
@AnalyzeClasses(packages = "io.websock", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final Map<String, Set<String>> ARROWS = Map.of(
            "api", Set.of(),
            "protocol", Set.of("api"),
            "handshake", Set.of("api", "protocol"),
            "deflate", Set.of("api", "protocol", "handshake"),
            "engine", Set.of("api", "protocol", "handshake", "deflate"),
            "spring", Set.of("api", "protocol", "handshake", "deflate", "engine"),
            "actuate", Set.of("api", "protocol", "handshake", "deflate", "engine", "spring"),
            "app", Set.of("api", "spring"));

    @ArchTest
    static final ArchRule packages_depend_on_each_other_only_along_the_arrows = classes()
            .should(new com.tngtech.archunit.lang.ArchCondition<>("follow the arrows") {
                @Override
                public void check(JavaClass from, com.tngtech.archunit.lang.ConditionEvents events) {
                    String room = room(from);
                    from.getDirectDependenciesFromSelf().stream()
                            .filter(dependency ->
                                    dependency.getTargetClass().getPackageName().startsWith("io.websock."))
                            .filter(dependency ->
                                    !room(dependency.getTargetClass()).equals(room)
                                            && !ARROWS.get(room).contains(room(dependency.getTargetClass())))
                            .forEach(dependency -> events.add(com.tngtech.archunit.lang.SimpleConditionEvent.violated(
                                    dependency, dependency.getDescription())));
                }
            });

    @ArchTest
    static final ArchRule there_are_no_cycles =
            slices().matching("io.websock.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule the_sans_io_packages_touch_nothing_outside = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.websock.api..", "io.websock.protocol..", "io.websock.handshake..", "io.websock.deflate..")
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are sockets, threads, clocks, loggers, randomness, Spring or Micrometer",
                    ArchitectureTest::isOutside));

    @ArchTest
    static final ArchRule the_engine_knows_neither_spring_nor_micrometer = noClasses()
            .that()
            .resideInAPackage("io.websock.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "io.micrometer..");

    @ArchTest
    static final ArchRule every_package_is_null_marked =
            classes().that().haveSimpleName("package-info").should().beAnnotatedWith(NullMarked.class);

    private static String room(JavaClass type) {
        return type.getPackageName().split("\\.")[2];
    }

    private static boolean isOutside(JavaClass type) {
        String name = type.getFullName();
        // An address is a value that a listener may ask for; it opens nothing.
        return !name.equals("java.net.InetSocketAddress")
                && (type.getPackageName()
                                .matches("java\\.(net|nio\\.channels|time|util\\.concurrent|util\\.logging)(\\..*)?")
                        || type.getPackageName().matches("(org\\.slf4j|org\\.springframework|io\\.micrometer)(\\..*)?")
                        || Set.of(
                                        "java.lang.Thread",
                                        "java.util.Random",
                                        "java.security.SecureRandom",
                                        "java.util.Timer")
                                .contains(name));
    }
}
