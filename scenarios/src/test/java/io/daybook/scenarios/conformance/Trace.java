package io.daybook.scenarios.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What Taipy did, recorded: see {@code docs/taipy.md}.
 *
 * @param name of its file, without the ending
 * @param config of data nodes, tasks and scenarios
 */
record Trace(String name, JsonNode config, List<Step> steps) {

    /** All traces of that folder of the class path that are in the step language, by name. */
    static List<Trace> inFolder(String folder) {
        try {
            Path path = Path.of(Objects.requireNonNull(Trace.class.getResource(folder), folder)
                    .toURI());
            try (Stream<Path> files = Files.list(path)) {
                return files.filter(file -> file.toString().endsWith(".json"))
                        .sorted()
                        .flatMap(file -> read(file).stream())
                        .toList();
            }
        } catch (URISyntaxException | IOException e) {
            throw new IllegalStateException("Cannot list " + folder, e);
        }
    }

    /** Empty if it is not in the step language. */
    private static List<Trace> read(Path file) {
        try {
            JsonNode trace = Json.parse(Files.readString(file));
            JsonNode config = trace.path("script").path("config");
            JsonNode steps = trace.path("steps");
            if (!config.isObject()
                    || !steps.isArray()
                    || steps.isEmpty()
                    || steps.valueStream().anyMatch(step -> !Step.isOne(step))) {
                return List.of();
            }
            String name = Objects.requireNonNull(file.getFileName()).toString().replace(".json", "");
            return List.of(
                    new Trace(name, config, steps.valueStream().map(Step::of).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One operation, and what came of it.
     *
     * @param operation what was done
     * @param error type and message; missing if there was none
     * @param result what was answered; missing if nothing
     * @param variants the events in order; several if they differed from run to run
     * @param blocks of the events that have no order
     * @param varies what depends on the order that is chosen in the blocks
     * @param stateAfter the entities; a text if they are the same as before
     * @param stateVaries whether the entities differed from run to run
     */
    record Step(
            int index,
            JsonNode operation,
            JsonNode error,
            JsonNode result,
            List<List<Event>> variants,
            List<Block> blocks,
            Set<String> varies,
            JsonNode stateAfter,
            boolean stateVaries) {

        static boolean isOne(JsonNode step) {
            return step.path("step").path("op").isString()
                    && step.has("order")
                    && step.has("state_after")
                    && step.path("events").isArray();
        }

        static Step of(JsonNode step) {
            List<List<Event>> variants = new ArrayList<>();
            List<Block> blocks = new ArrayList<>();
            variants.add(events(step.path("events")));
            if (step.path("order").asString().equals("content-differs")) {
                step.path("variants").valueStream().forEach(variant -> variants.add(events(variant.path("events"))));
            } else if (step.path("order").asString().equals("partial")) {
                step.path("unordered_blocks").valueStream().forEach(block -> blocks.add(Block.of(block)));
            }
            Set<String> varies = new HashSet<>();
            step.path("varies_with_the_order").valueStream().forEach(field -> varies.add(field.asString()));
            boolean stateVaries = step.path("varies_between_runs")
                    .valueStream()
                    .anyMatch(field -> field.asString().equals("state_after"));
            return new Step(
                    step.path("index").asInt(),
                    step.path("step"),
                    step.path("error"),
                    step.path("result"),
                    variants,
                    blocks,
                    varies,
                    step.path("state_after"),
                    stateVaries);
        }

        private static List<Event> events(JsonNode events) {
            List<Event> all = new ArrayList<>();
            for (JsonNode event : events) {
                all.add(Event.of(all.size(), event));
            }
            return all;
        }

        /** The same step, had these been Taipy's events. */
        Step withEvents(List<Event> events) {
            return new Step(index, operation, error, result, List.of(events), blocks, varies, stateAfter, stateVaries);
        }

        String op() {
            return operation.path("op").asString();
        }

        /** The error's type; null if there was none. */
        String errorType() {
            return Json.text(error, "type");
        }

        /** This operation and those within it. */
        List<JsonNode> operations() {
            List<JsonNode> all = new ArrayList<>();
            collect(operation, all);
            return all;
        }

        private static void collect(JsonNode operation, List<JsonNode> all) {
            all.add(operation);
            operation.path("body").valueStream().forEach(inner -> collect(inner, all));
        }

        /** Whether this operation is that one, or has it within. */
        boolean does(String... ops) {
            return operations().stream()
                    .anyMatch(one -> List.of(ops).contains(one.path("op").asString()));
        }

        @Override
        public String toString() {
            return "step %d %s".formatted(index, operation.toString().replaceAll(",\"say\":.*", "}"));
        }
    }

    /**
     * Events that have no order but what these pairs say.
     *
     * @param mustPrecede the number of an event, and of one after it
     */
    record Block(int first, int last, List<int[]> mustPrecede) {

        static Block of(JsonNode block) {
            List<int[]> pairs = new ArrayList<>();
            block.path("must_precede")
                    .valueStream()
                    .forEach(pair -> pairs.add(
                            new int[] {pair.get(0).asInt(), pair.get(1).asInt()}));
            return new Block(
                    block.path("events").get(0).asInt(),
                    block.path("events").get(1).asInt(),
                    pairs);
        }
    }

    /**
     * An event of Taipy's.
     *
     * @param type as our events name it
     * @param entity symbol; null for a deletion of many
     * @param attribute null = the entity as a whole
     */
    record Event(
            int number,
            String type,
            String operation,
            String entity,
            String attribute,
            JsonNode value,
            JsonNode metadata) {

        static Event of(int number, JsonNode event) {
            return new Event(
                    number,
                    event.path("entity_type").asString().toLowerCase(Locale.ROOT),
                    event.path("operation").asString(),
                    Json.text(event, "entity"),
                    Json.text(event, "attribute_name"),
                    event.path("attribute_value"),
                    event.path("metadata"));
        }

        /** The same event of another value, at another place. */
        Event with(int otherNumber, JsonNode otherValue) {
            return new Event(otherNumber, type, operation, entity, attribute, otherValue, metadata);
        }

        boolean is(String wantedType, String wantedOperation, String wantedAttribute) {
            return type.equals(wantedType)
                    && operation.equals(wantedOperation)
                    && Objects.equals(attribute, wantedAttribute);
        }

        boolean isSame(Event other) {
            return Objects.equals(entity, other.entity)
                    && is(other.type, other.operation, other.attribute)
                    && value.equals(other.value)
                    && metadata.equals(other.metadata);
        }

        @Override
        public String toString() {
            return "%d %s %s %s %s=%s %s".formatted(number, type, operation, entity, attribute, value, metadata);
        }
    }
}
