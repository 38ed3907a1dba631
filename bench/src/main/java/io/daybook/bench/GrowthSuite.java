package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.consumers.EntityStates;
import io.daybook.notifier.Batch;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a log that grows becomes slower: two logs of one server, one that stays as it is and one that grows, take turns. Both hold the same
 * entities of 10, of 1,000 and of 100,000 events, which are spread over the events that both have.
 */
final class GrowthSuite implements Suite {

    private static final String SMALL = "daybook_bench_small";
    private static final String LARGE = "daybook_bench_large";
    private static final int WRITERS = 4;
    private static final int EVENTS_PER_TRANSACTION = 100;
    private static final int TAIL = 10_000;
    private static final long FIRST = 1_000_000;

    /** Of what only the large log has, where every entity has one event. */
    private static final int LOADERS = 2;

    private static final Duration LONG = Duration.ofMinutes(5);

    /** Entities of so many events. */
    private static final int[] LIVES = {10, 1_000, 100_000};

    /** So many states are asked for, of those that are quick. */
    private static final int ASKED = 200;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public String description() {
        return "Appends, reads of the tail, and states, of a log that grows.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        List<Long> sizes = sizes(plan);
        long first = sizes.get(0);
        Disk.require(server, first + sizes.get(sizes.size() - 1));
        for (String schema : List.of(SMALL, LARGE)) {
            Logs.create(server, schema);
            // One loader: the long lives run through all of it.
            Logs.add(server, schema, events(first), 0, first - 1, report);
        }
        Map<String, List<Curve.Point>> lines = new LinkedHashMap<>();
        long have = first;
        for (long size : sizes) {
            if (size > have) {
                Logs.add(server, LARGE, events(first), have, size - 1, LOADERS, report);
                have = size;
            }
            try (Daybook small = Daybooks.open(server, SMALL, true, WRITERS);
                    Daybook large = Daybooks.open(server, LARGE, true, WRITERS)) {
                Size at = new Size(server, plan, report, small, large, size, lines);
                at.appends();
                at.tails();
                at.states();
                // What was appended here is no part of the growth, but has positions: what is added next comes after
                // it.
                Daybooks.awaitHead(server, SMALL);
                Daybooks.awaitHead(server, LARGE);
            }
        }
        List<Curve.Line> curve = new ArrayList<>();
        lines.forEach((name, points) -> curve.add(new Curve.Line(name, points)));
        report.curve(new Curve("A log that grows", "events", "÷ the same of a log of %,d".formatted(first), curve));
        keptStates(server, plan, report);
        server.drop(SMALL);
        server.drop(LARGE);
    }

    /** The first is that of the log that stays. The lives have to fit into it, so it is no smaller for a small plan. */
    static List<Long> sizes(Plan plan) {
        if (plan.quick()) {
            return List.of(200_000L, 400_000L);
        }
        List<Long> sizes = new ArrayList<>(List.of(FIRST));
        for (long size : new long[] {Math.min(10 * FIRST, plan.events()), Math.min(50 * FIRST, plan.events())}) {
            if (size > sizes.get(sizes.size() - 1)) {
                sizes.add(size);
            }
        }
        return sizes;
    }

    /** Every tenth event (or so) is of the entity of 100,000 events; the other long lives are spread as far. */
    private static String events(long first) {
        long every = first / LIVES[2];
        return """
                'order',
                case when n < %1$d and n %% %2$d = 0 then 'e-100000'
                     when n < %1$d and n %% (%2$d * 100) = 1 then 'e-1000'
                     when n < %1$d and n %% (%2$d * 10000) = %2$d + 1 then 'e-10'
                     else 's-' || n
                end,
                case when n < %1$d and n %% %2$d = 0 then n / %2$d + 1
                     when n < %1$d and n %% (%2$d * 100) = 1 then n / (%2$d * 100) + 1
                     when n < %1$d and n %% (%2$d * 10000) = %2$d + 1 then n / (%2$d * 10000) + 1
                     else 1
                end,
                case when n < %1$d and n >= %2$d * 10 and n %% %2$d = 0
                          or n < %1$d and n >= %2$d * 100 and n %% (%2$d * 100) = 1
                          or n < %1$d and n >= %2$d * 10000 and n %% (%2$d * 10000) = %2$d + 1
                     then 'UPDATE'
                     else 'CREATION'
                end,
                case when n < %1$d and n >= %2$d * 10 and n %% %2$d = 0
                          or n < %1$d and n >= %2$d * 100 and n %% (%2$d * 100) = 1
                          or n < %1$d and n >= %2$d * 10000 and n %% (%2$d * 10000) = %2$d + 1
                     then 'attribute_' || n / %2$d %% 7
                end,
                case when n < %1$d and n >= %2$d * 10 and n %% %2$d = 0
                          or n < %1$d and n >= %2$d * 100 and n %% (%2$d * 100) = 1
                          or n < %1$d and n >= %2$d * 10000 and n %% (%2$d * 10000) = %2$d + 1
                     then to_jsonb('value ' || n)
                     else '{"status":"new","total":42}'::jsonb
                end""".formatted(first, every);
    }

    /** The same with {@code entity_states}, of the small log: whoever wants states fast keeps it. */
    private static void keptStates(Server server, Plan plan, Report report) throws Exception {
        try (Daybook daybook = Daybooks.open(server, SMALL, true, WRITERS);
                EntityStates states = EntityStates.keep(daybook)) {
            while (states.registration().position() < daybook.head()) {
                Thread.sleep(100);
            }
            Series shortLife = new Series();
            Series longLife = new Series();
            Series ratios = new Series();
            for (int i = 0; i < plan.pairs(); i++) {
                shortLife.add(milliseconds(daybook, LIVES[0], ASKED));
                longLife.add(milliseconds(daybook, LIVES[2], ASKED));
                ratios.add(longLife.last() / shortLife.last());
            }
            report.row(Row.ratio(
                    "growth: state of an entity with 100,000 events ÷ with 10, entity_states kept",
                    ratios,
                    Target.atMost(3),
                    "%s ÷ %s ms".formatted(longLife.text(2), shortLife.text(2))));
        }
    }

    private static double milliseconds(Daybook daybook, int life, int times) {
        long begin = System.nanoTime();
        for (int i = 0; i < times; i++) {
            if (daybook.state("order", "e-" + life).isEmpty()) {
                throw new IllegalStateException("There is no entity of %d events.".formatted(life));
            }
        }
        return (System.nanoTime() - begin) / 1e6 / times;
    }

    private interface Measurement {
        double of(Daybook daybook, String schema) throws Exception;
    }

    private record Size(
            Server server,
            Plan plan,
            Report report,
            Daybook small,
            Daybook large,
            long events,
            Map<String, List<Curve.Point>> lines) {

        void appends() throws Exception {
            try (Crew smallCrew = crew(small, events);
                    Crew largeCrew = crew(large, events)) {
                compare(
                        "appends of %d writers × %d".formatted(WRITERS, EVENTS_PER_TRANSACTION),
                        "events/s",
                        Target.atLeast(0.9),
                        (daybook, schema) -> {
                            double rate = (daybook == small ? smallCrew : largeCrew)
                                    .work(plan.slice())
                                    .perSecond();
                            Daybooks.awaitHead(server, schema);
                            return rate;
                        });
            }
        }

        void tails() throws Exception {
            compare("reads of the last %,d".formatted(TAIL), "events/s", Target.atLeast(0.9), (daybook, schema) -> {
                long begin = System.nanoTime();
                Registration registration = daybook.notifier().register("tail", Start.at(daybook.head() - TAIL));
                long count = 0;
                try (Registration.Claim claim = registration.claim("bench")) {
                    while (count < TAIL) {
                        Batch batch = claim.take(500, LONG).orElseThrow();
                        count += batch.events().size();
                        batch.deliveries().forEach(Delivery::done);
                    }
                }
                double rate = TAIL / ((System.nanoTime() - begin) / 1e9);
                daybook.notifier().unregister("tail");
                return rate;
            });
        }

        void states() throws Exception {
            Map<Integer, Series> byLife = new LinkedHashMap<>();
            for (int life : LIVES) {
                int times = Math.max(1, Math.min(ASKED, 10_000 / life));
                byLife.put(
                        life,
                        compare(
                                "states of an entity with %,d events".formatted(life),
                                "ms",
                                Target.none(),
                                (daybook, schema) -> milliseconds(daybook, life, times)));
            }
            Series shortLife = byLife.getOrDefault(LIVES[0], new Series());
            Series longLife = byLife.getOrDefault(LIVES[2], new Series());
            report.row(Row.ratio(
                    String.format(
                            Locale.ROOT,
                            "growth at %,d events: state of an entity with 100,000 events ÷ with 10, without entity_states",
                            events),
                    Series.of(longLife.median() / shortLife.median()),
                    Target.atMost(3),
                    "%s ÷ %s ms".formatted(longLife.text(2), shortLife.text(2))));
        }

        /** The large log beside the small one. Answers with what the large one took. */
        private Series compare(String what, String unit, Target target, Measurement measurement) throws Exception {
            Series ratios = new Series();
            Series ofLarge = new Series();
            Series ofSmall = new Series();
            measurement.of(large, LARGE);
            measurement.of(small, SMALL);
            for (int i = 0; i < plan.pairs(); i++) {
                if (i % 2 == 1) {
                    ofSmall.add(measurement.of(small, SMALL));
                }
                ofLarge.add(measurement.of(large, LARGE));
                if (i % 2 == 0) {
                    ofSmall.add(measurement.of(small, SMALL));
                }
                ratios.add(ofLarge.last() / ofSmall.last());
            }
            report.row(Row.ratio(
                    String.format(Locale.ROOT, "growth: %s, log of %,d ÷ of the first", what, events),
                    ratios,
                    target,
                    "%s ÷ %s %s"
                            .formatted(
                                    ofLarge.text(unit.equals("ms") ? 2 : 0),
                                    ofSmall.text(unit.equals("ms") ? 2 : 0),
                                    unit)));
            lines.computeIfAbsent(what, w -> new ArrayList<>()).add(new Curve.Point(events, ratios.median()));
            return ofLarge;
        }

        private static Crew crew(Daybook daybook, long stage) {
            List<Writer> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new DaybookWriter(daybook, new Life("w" + stage + "-" + i)));
            }
            return new Crew(writers, EVENTS_PER_TRANSACTION);
        }
    }
}
