package io.daybook.bench;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What Daybook does without the database, measured by JMH in processes of its own. */
final class JmhSuite implements Suite {

    private static final int WARM_UPS = 3;
    private static final long LONGEST_MILLISECONDS = 1_000;

    @Override
    public String name() {
        return "jmh";
    }

    @Override
    public String description() {
        return "In process, without the database: who hears an event, its hash, and the fold of an entity's events.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        report.progress("JMH says nothing until all of it is done");
        TimeValue turn = TimeValue.milliseconds(Math.min(plan.slice().toMillis(), LONGEST_MILLISECONDS));
        Runner runner = new Runner(new OptionsBuilder()
                .include("io\\.daybook\\.bench\\.jmh\\..*")
                .forks(plan.quick() ? 1 : 2)
                .warmupIterations(plan.quick() ? 1 : WARM_UPS)
                .warmupTime(turn)
                .measurementIterations(plan.pairs())
                .measurementTime(turn)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build());
        for (RunResult result : runner.run()) {
            Series nanoseconds = new Series();
            result.getBenchmarkResults()
                    .forEach(fork -> fork.getIterationResults()
                            .forEach(iteration ->
                                    nanoseconds.add(iteration.getPrimaryResult().getScore())));
            report.row(new Row(what(result.getParams()), nanoseconds, "ns", 0, Target.none(), ""));
        }
    }

    /** {@code TopicIndexBenchmark.match, registrations = 100}. */
    private static String what(BenchmarkParams benchmark) {
        Map<String, String> parameters = new TreeMap<>();
        benchmark.getParamsKeys().forEach(key -> parameters.put(key, benchmark.getParam(key)));
        String name = benchmark.getBenchmark();
        return name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1)
                + parameters.entrySet().stream()
                        .map(parameter -> ", %s = %s".formatted(parameter.getKey(), parameter.getValue()))
                        .collect(Collectors.joining());
    }
}
