import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares what the Autobahn TestSuite found with what is expected, case by case, and prints a table by group, every
 * difference, and "N passed, N failed". Exits with 1 if anything differs.
 *
 * <p>{@code java Verdict.java SPEC EXPECTED INDEX [TROUBLE...]}: the spec that was run (it says which cases were wanted),
 * the committed results, the suite's index.json, and what else went wrong in the run, one sentence each.
 */
public class Verdict {

    /** Both files hold flat objects, written by us and by the pinned suite; a JSON library would be our only dependency. */
    static final Pattern CASE = Pattern.compile("\"([0-9]+(?:\\.[0-9]+)+)\"\\s*:\\s*\\{([^{}]*)}");
    static final Set<String> PASSES = Set.of("OK", "INFORMATIONAL");
    static final List<String> BEHAVIORS = List.of("OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED");
    static final List<String> CLOSES =
            List.of("OK", "INFORMATIONAL", "WRONG CODE", "UNCLEAN", "FAILED BY CLIENT", "FAILED");
    static final int SHOWN = 40;

    record Outcome(String behavior, String behaviorClose, String closeCode, String report) {
        boolean passes() {
            return PASSES.contains(behavior) && PASSES.contains(behaviorClose);
        }

        boolean sameAs(Outcome other) {
            return behavior.equals(other.behavior) && behaviorClose.equals(other.behaviorClose);
        }
    }

    public static void main(String[] args) throws IOException {
        List<String> wanted = wantedCases(Files.readString(Path.of(args[0])));
        Map<String, Outcome> expected = outcomes(Path.of(args[1]));
        expected.keySet().removeIf(id -> wanted.stream().noneMatch(pattern -> selects(pattern, id)));
        // The suite writes its index only when it has finished: no index, no results.
        Map<String, Outcome> actual = Files.exists(Path.of(args[2])) ? outcomes(Path.of(args[2])) : newMap();

        Map<String, Outcome> all = newMap();
        all.putAll(expected);
        all.putAll(actual);
        List<String> failures = new ArrayList<>();
        all.keySet().forEach(id -> check(id, expected.get(id), actual.get(id), failures));
        int passed = all.size() - failures.size();

        List<String> trouble = new ArrayList<>(Arrays.asList(args).subList(3, args.length));
        wanted.stream().filter(pattern -> expected.keySet().stream().noneMatch(id -> selects(pattern, id)))
                .forEach(pattern -> trouble.add("cases " + pattern + ": none in " + args[1]));
        failures.addAll(0, trouble); // before the single cases, of which it may be the cause

        printTable("behavior", BEHAVIORS, actual, Outcome::behavior);
        printTable("behaviorClose", CLOSES, actual, Outcome::behaviorClose);
        System.out.println();
        failures.stream().limit(SHOWN).forEach(System.out::println);
        if (failures.size() > SHOWN) {
            System.out.println("... and " + (failures.size() - SHOWN) + " more");
        }
        System.out.println(passed + " passed, " + failures.size() + " failed");
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    /** Adds at most one failure. */
    static void check(String id, Outcome expected, Outcome actual, List<String> failures) {
        String name = "case " + id + ": ";
        if (actual == null) {
            failures.add(name + "was not run");
        } else if (expected == null) {
            failures.add(name + "was run, but is not among the expected ones");
        } else if (!actual.sameAs(expected)) {
            failures.add(name + difference("behavior", expected.behavior, actual.behavior)
                    + difference("behaviorClose", expected.behaviorClose, actual.behaviorClose)
                    + "close code " + actual.closeCode + ", see " + actual.report);
        } else if (!actual.passes()) {
            // The rule of this project, whatever somebody commits as expected.
            failures.add(name + actual.behavior + ", close " + actual.behaviorClose + " is as expected, but never good enough");
        }
    }

    static String difference(String what, String expected, String actual) {
        return expected.equals(actual) ? "" : what + " " + actual + " instead of " + expected + ", ";
    }

    /** As the suite reads a pattern: with a star a prefix match in which the star is anything, else the very case. */
    static boolean selects(String pattern, String id) {
        return pattern.contains("*")
                ? Pattern.compile(pattern.replace(".", "\\.").replace("*", ".*")).matcher(id).lookingAt()
                : pattern.equals(id);
    }

    static List<String> wantedCases(String spec) {
        Matcher list = Pattern.compile("\"cases\"\\s*:\\s*\\[([^]]*)]").matcher(spec);
        if (!list.find()) {
            throw new IllegalArgumentException("no \"cases\" in the spec");
        }
        return Pattern.compile("\"([^\"]+)\"").matcher(list.group(1)).results().map(match -> match.group(1)).toList();
    }

    static Map<String, Outcome> outcomes(Path file) throws IOException {
        Map<String, Outcome> outcomes = newMap();
        CASE.matcher(Files.readString(file)).results().forEach(match -> {
            String fields = match.group(2);
            outcomes.put(match.group(1), new Outcome(field(fields, "behavior"), field(fields, "behaviorClose"),
                    field(fields, "remoteCloseCode"), field(fields, "reportfile").replaceAll("json$", "html")));
        });
        return outcomes;
    }

    static String field(String fields, String name) {
        Matcher value = Pattern.compile("\"" + name + "\"\\s*:\\s*\"?([^\",}\n]*)").matcher(fields);
        return value.find() ? value.group(1).strip() : "?";
    }

    static void printTable(String title, List<String> columns, Map<String, Outcome> outcomes, Function<Outcome, String> column) {
        Set<String> names = new LinkedHashSet<>(columns);
        outcomes.values().stream().map(column).forEach(names::add); // a word of the suite that we do not know
        System.out.printf("%n%-14s  cases", title);
        names.forEach(name -> System.out.printf("  %4s", name));
        System.out.println();
        Map<String, List<Outcome>> groups = new TreeMap<>((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
        outcomes.forEach((id, outcome) ->
                groups.computeIfAbsent(id.substring(0, id.indexOf('.')), group -> new ArrayList<>()).add(outcome));
        groups.forEach((group, members) -> printRow("group " + group, names, members, column));
        printRow("all", names, outcomes.values(), column);
    }

    static void printRow(String title, Set<String> names, Collection<Outcome> members, Function<Outcome, String> column) {
        System.out.printf("%-14s  %5d", title, members.size());
        for (String name : names) {
            long count = members.stream().filter(outcome -> column.apply(outcome).equals(name)).count();
            System.out.printf("  %" + Math.max(4, name.length()) + "s", count == 0 ? "." : count);
        }
        System.out.println();
    }

    /** Sorted as numbers: 1.2 before 1.10. */
    static Map<String, Outcome> newMap() {
        return new TreeMap<>((a, b) ->
                Arrays.compare(Arrays.stream(a.split("\\.")).mapToInt(Integer::parseInt).toArray(),
                        Arrays.stream(b.split("\\.")).mapToInt(Integer::parseInt).toArray()));
    }
}
