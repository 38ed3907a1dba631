package io.daybook.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** All that can be measured, by name: ours, and those of the profile {@code peers} where it was built with it. */
final class Suites {

    private static final String VARIANT = ":";

    /** In the order in which they run. */
    private final Map<String, Suite> suites = new LinkedHashMap<>();

    Suites(Iterable<Suite> all) {
        for (Suite suite : all) {
            if (suites.put(suite.name(), suite) != null) {
                throw new IllegalArgumentException("Two suites are called %s.".formatted(suite.name()));
            }
        }
    }

    static Suites known() {
        // First what the table of targets asks for, then what it rests on, then the peers, and last what takes longest:
        // whoever breaks off
        // a run has the most of it.
        List<Suite> all = new ArrayList<>(List.of(
                new AppendSuite(),
                new GroupSuite(),
                new SequencerSuite(),
                new EndToEndSuite(),
                new LatencySuite(),
                CatchUpSuite.ofOneMillion(),
                new SparseSuite(),
                new FanOutSuite(),
                new IdleSuite(),
                new LimitSuite(),
                new BytesSuite(),
                new JmhSuite()));
        ServiceLoader.load(Suite.class).forEach(all::add);
        all.add(CatchUpSuite.ofTenMillion());
        all.add(new GrowthSuite());
        all.add(new CursorSuite());
        all.add(new QuestionsSuite());
        return new Suites(all);
    }

    /** In the order in which they run. */
    List<Suite> all() {
        return List.copyOf(suites.values());
    }

    /** What runs when nobody asks for anything else. */
    List<Suite> byDefault() {
        return suites.values().stream().filter(suite -> !suite.onlyByName()).toList();
    }

    /**
     * The suite of that name, or the part of it.
     *
     * @param name {@code append}, {@code append:16x1}
     * @throws IllegalArgumentException if there is none; says which there are
     */
    Suite named(String name) {
        int colon = name.indexOf(VARIANT);
        String whole = colon < 0 ? name : name.substring(0, colon);
        Suite suite = suites.get(whole);
        if (suite == null) {
            throw new IllegalArgumentException(
                    "There is no suite %s. Known are %s.".formatted(whole, String.join(", ", suites.keySet())));
        }
        if (colon < 0) {
            return suite;
        }
        String variant = name.substring(colon + 1);
        if (!suite.variants().contains(variant)) {
            throw new IllegalArgumentException("The suite %s has no variant %s. %s"
                    .formatted(
                            whole,
                            variant,
                            suite.variants().isEmpty()
                                    ? "It runs as a whole."
                                    : "It has %s.".formatted(String.join(", ", suite.variants()))));
        }
        return suite.only(variant);
    }
}
