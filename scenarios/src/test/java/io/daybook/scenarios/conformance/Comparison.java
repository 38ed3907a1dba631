package io.daybook.scenarios.conformance;

import io.daybook.scenarios.conformance.Fold.Thing;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Compares the steps of one trace with what they were here: error, events, answer, entities afterwards. */
final class Comparison {

    /** What Taipy throws when it refuses something, and what we throw; everything else that it throws is a crash. */
    private static final Map<String, Set<String>> REFUSALS = Map.ofEntries(
            Map.entry("Boom", Set.of("Boom")),
            Map.entry("DataNodeConfigIsNotGlobal", Set.of("DataNodeConfigIsNotGlobal")),
            Map.entry("DataNodeIsBeingEdited", Set.of("DataNodeIsBeingEdited")),
            Map.entry("DeletingPrimaryScenario", Set.of("DeletingPrimaryScenario")),
            Map.entry("DoesNotBelongToACycle", Set.of("DoesNotBelongToACycle")),
            Map.entry("JobNotDeletedException", Set.of("JobNotFinished")),
            Map.entry("KeyError", Set.of("NoSuchProperty", "SequenceNotFound")),
            Map.entry("ModelNotFound", Set.of("ModelNotFound")),
            Map.entry("NonExistingDataNode", Set.of("NonExistingDataNode", "ModelNotFound")),
            Map.entry("NonExistingScenario", Set.of("ModelNotFound")),
            Map.entry("NonExistingSequence", Set.of("SequenceNotFound", "ModelNotFound")),
            Map.entry("NonExistingTask", Set.of("ModelNotFound")),
            Map.entry("NonExistingJob", Set.of("ModelNotFound")),
            Map.entry("NonExistingSubmission", Set.of("ModelNotFound")),
            Map.entry("NonExistingCycle", Set.of("ModelNotFound")),
            Map.entry("NotImplementedError", Set.of("NotAppendable")),
            Map.entry("SequenceAlreadyExists", Set.of("SequenceAlreadyExists")),
            Map.entry("SequenceTaskDoesNotExistInScenario", Set.of("SequenceTaskDoesNotExistInScenario")),
            Map.entry("UnauthorizedTagError", Set.of("UnauthorizedTag")),
            Map.entry("ValueError", Set.of("NotSubscribed")));

    /** Where Taipy cannot load an entity any more because something that it names is gone. */
    private static final Set<String> CANNOT_LOAD = Set.of("NonExistingDataNode", "NonExistingTask");

    private final Trace trace;
    private final Symbols symbols;
    private final Diverged diverged = new Diverged();
    private final List<Verdict> verdicts = new ArrayList<>();
    private Fold fold = Fold.EMPTY;
    private JsonNode lastState = Json.missing();

    Comparison(Trace trace, Symbols symbols) {
        this.trace = trace;
        this.symbols = symbols;
    }

    /** @param mismatch what does not match; null = it does, by these kinds */
    record Verdict(Trace trace, Trace.Step step, Set<Kind> kinds, String mismatch) {}

    List<Verdict> verdicts() {
        return verdicts;
    }

    void compare(Trace.Step step, Replayer.Outcome outcome, Map<String, Map<String, JsonNode>> state) {
        List<Fold> folds = new ArrayList<>(List.of(fold));
        for (Told event : outcome.events()) {
            fold = fold.after(event);
            folds.add(fold);
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        List<String> wrong = new ArrayList<>();
        boolean crashed = step.errorType() != null && outcome.error() == null && isCrash(step);
        boolean rolledBack = step.op().equals("with")
                && step.errorType() != null
                && outcome.error() != null
                && outcome.events().isEmpty();
        if (crashed) {
            kinds.add(Kind.DONE_AS_A_WHOLE);
        } else if (!isSameError(step.errorType(), outcome.error())) {
            wrong.add("    error: theirs %s, ours %s".formatted(step.error(), outcome.error()));
        }
        compareEvents(step, outcome, folds, crashed, rolledBack, kinds, wrong);
        if (wrong.isEmpty()) {
            if (outcome.error() == null && !crashed) {
                compareResult(step, outcome.result(), kinds, wrong);
            }
            // What differs in a state that is unchanged was declared when it came about.
            compareState(
                    step, state, crashed, step.stateAfter().isObject() ? kinds : EnumSet.noneOf(Kind.class), wrong);
        }
        verdicts.add(
                new Verdict(trace, step, kinds, wrong.isEmpty() ? null : String.join(System.lineSeparator(), wrong)));
    }

    /** A subscriber's exception comes out of Taipy's submit, and leaves it half done; ours is logged. */
    private static boolean isCrash(Trace.Step step) {
        String type = step.errorType();
        return !REFUSALS.containsKey(type)
                || CANNOT_LOAD.contains(type)
                || (type.equals("Boom") && !step.does("raise"));
    }

    private static boolean isSameError(String theirs, RuntimeException ours) {
        return theirs == null
                ? ours == null
                : ours != null
                        && REFUSALS.getOrDefault(theirs, Set.of(theirs))
                                .contains(ours.getClass().getSimpleName());
    }

    private void compareEvents(
            Trace.Step step,
            Replayer.Outcome outcome,
            List<Fold> folds,
            boolean crashed,
            boolean rolledBack,
            Set<Kind> kinds,
            List<String> wrong) {
        Matching best = null;
        for (List<Trace.Event> variant : step.variants()) {
            Matching matching =
                    new Matching(step, variant, outcome.events(), folds, symbols, diverged, crashed, rolledBack);
            if (matching.succeeds()) {
                kinds.addAll(matching.kinds());
                diverged.add(matching.touched());
                diverged.addAhead(matching.ahead());
                variant.stream()
                        .filter(event -> "is_submittable".equals(event.attribute()))
                        .filter(event -> symbols.id(event.entity()) != null)
                        .forEach(event -> diverged.tell(symbols.id(event.entity()), Json.isTrue(event.value())));
                return;
            }
            best = best == null || matching.furthest() > best.furthest() ? matching : best;
        }
        wrong.add("    events differ at%n%s"
                .formatted(Objects.requireNonNull(best).failure()));
    }

    // --- answers -----------------------------------------------------------------------------------------------------

    private void compareResult(Trace.Step step, JsonNode ours, Set<Kind> kinds, List<String> wrong) {
        JsonNode theirs = step.result();
        if (theirs.has("$ref")) {
            String id = symbols.id(theirs.get("$ref").asString());
            if (!ours.path("$id").asString("").equals(id)) {
                wrong.add("    result: theirs %s (%s), ours %s".formatted(theirs, id, ours));
            }
            return;
        }
        if (!new Values(symbols).isSame(theirs, ours)) {
            Kind kind = diverged.by(symbols.id(step.operation().path("target").asString("")));
            if (kind == null) {
                wrong.add("    result: theirs %s, ours %s".formatted(theirs, ours));
            } else {
                kinds.add(kind);
            }
        }
    }

    // --- entities ----------------------------------------------------------------------------------------------------

    private void compareState(
            Trace.Step step,
            Map<String, Map<String, JsonNode>> state,
            boolean crashed,
            Set<Kind> kinds,
            List<String> wrong) {
        JsonNode theirs = step.stateAfter().isObject() ? step.stateAfter() : lastState;
        if (!theirs.isObject()) {
            return;
        }
        lastState = theirs;
        for (Map.Entry<String, JsonNode> category : theirs.properties()) {
            if (category.getValue().has("$error")) {
                // Taipy cannot load any of them, because of one.
                kinds.add(Kind.DONE_AS_A_WHOLE);
                continue;
            }
            Map<String, JsonNode> ours = new LinkedHashMap<>(state.getOrDefault(category.getKey(), Map.of()));
            for (Map.Entry<String, JsonNode> entity :
                    entities(category.getValue()).entrySet()) {
                compareEntity(step, entity.getKey(), entity.getValue(), ours, crashed, kinds, wrong);
            }
            ours.forEach((id, known) -> {
                Kind kind = diverged.by(id);
                if (kind != null) {
                    kinds.add(kind);
                } else if (step.stateVaries()) {
                    diverged.add(id, Kind.WOKEN_AT_ONCE);
                } else {
                    wrong.add("    state: ours has %s %s".formatted(id, known));
                }
            });
        }
    }

    private static Map<String, JsonNode> entities(JsonNode category) {
        Map<String, JsonNode> all = new TreeMap<>();
        if (category.isArray()) {
            category.forEach(symbol -> all.put(symbol.asString(), Json.of(true)));
        } else {
            category.properties().forEach(entity -> all.put(entity.getKey(), entity.getValue()));
        }
        return all;
    }

    private void compareEntity(
            Trace.Step step,
            String symbol,
            JsonNode theirs,
            Map<String, JsonNode> ours,
            boolean crashed,
            Set<Kind> kinds,
            List<String> wrong) {
        String id = symbols.id(symbol);
        if (id == null && crashed) {
            id = bindHalfMade(symbol, ours.keySet());
        }
        JsonNode known = id == null ? null : ours.remove(id);
        if (known != null && isSameEntity(theirs, known, kinds)) {
            diverged.met(id);
            return;
        }
        Kind kind = diverged.by(id);
        if (kind != null) {
            kinds.add(kind);
        } else if (step.stateVaries() && id != null) {
            diverged.add(id, Kind.WOKEN_AT_ONCE);
        } else {
            wrong.add("    state of %s: theirs %s, ours %s".formatted(symbol, theirs, known));
        }
    }

    /** What Taipy has stored without an event when it crashed, we have too, as a whole. */
    private String bindHalfMade(String symbol, Set<String> ids) {
        for (String id : ids) {
            Thing thing = fold.find(id);
            if (thing != null
                    && symbols.symbol(id) == null
                    && diverged.by(id) == Kind.DONE_AS_A_WHOLE
                    && symbols.fits(symbol, thing, fold)) {
                symbols.bind(symbol, id);
                return id;
            }
        }
        return null;
    }

    private boolean isSameEntity(JsonNode theirs, JsonNode ours, Set<Kind> kinds) {
        if (!theirs.isObject()) {
            return Json.same(theirs, ours);
        }
        Set<String> names = new LinkedHashSet<>(theirs.propertyNames());
        for (String name : names) {
            JsonNode value = theirs.get(name);
            if (value.has("$error")) {
                kinds.add(Kind.DONE_AS_A_WHOLE);
                continue;
            }
            boolean reference = value.isString() && (name.equals("owner") || name.equals("cycle"));
            boolean same = reference
                    ? ours.path(name).asString("").equals(symbols.id(value.asString()))
                    : new Values(symbols).isSame(value, ours.path(name));
            if (!same) {
                return false;
            }
        }
        return true;
    }
}
