package io.daybook.scenarios.conformance;

import io.daybook.scenarios.conformance.Fold.Thing;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Whether our events of a step are those of the trace: each of ours is one of the trace's at a place where the trace allows it, or there is a
 * {@link Kind} by which it may be there; each of the trace's that is left over may be missing by a kind. Tries what fits until everything does.
 */
final class Matching {

    private static final int MOST_TRIES = 400_000;
    private static final Set<String> LOCK = Set.of("editor_id", "editor_expiration_date", "edit_in_progress");
    private static final Set<String> WRITTEN =
            Set.of("data", "last_edit_date", "edits", "editor_id", "editor_expiration_date", "edit_in_progress");

    /** Attributes whose value holds what earlier events made of it. */
    private static final Set<String> COLLECTED = Set.of("edits", "tags", "sequences", "jobs");

    /** Kinds after which an entity is another than Taipy's. */
    private static final Set<Kind> LASTING = EnumSet.of(
            Kind.DONE_AS_A_WHOLE,
            Kind.ALL_OR_NOTHING,
            Kind.WOKEN_AT_ONCE,
            Kind.BATCH_IN_ORDER,
            Kind.LOCKED_WHILE_AWAITED);

    private final Trace.Step step;
    private final List<Trace.Event> theirs;
    private final List<Told> ours;
    private final List<Fold> folds;
    private final Symbols symbols;
    private final Values values;
    private final Diverged diverged;
    private final boolean crashed;
    private final boolean rolledBack;
    private final boolean batch;
    private final Set<String> woken = new HashSet<>();

    private final BitSet[] before;
    private final int[] matched;
    private final List<Kind> kinds = new ArrayList<>();
    private final Set<String> failed = new HashSet<>();
    private final List<Told> ahead = new ArrayList<>();
    private final Map<String, Kind> touched = new LinkedHashMap<>();
    private int tries;
    private int furthest = -1;
    private String furthestState = "";

    /**
     * @param folds the entities before each of our events, and after the last
     * @param crashed whether Taipy stopped half-way where we did not
     * @param rolledBack whether both stopped, in a batch
     */
    Matching(
            Trace.Step step,
            List<Trace.Event> theirs,
            List<Told> ours,
            List<Fold> folds,
            Symbols symbols,
            Diverged diverged,
            boolean crashed,
            boolean rolledBack) {
        this.step = step;
        this.theirs = theirs;
        this.ours = ours;
        this.folds = folds;
        this.symbols = symbols;
        this.values = new Values(symbols);
        this.diverged = diverged;
        this.crashed = crashed;
        this.rolledBack = rolledBack;
        this.batch = step.does("with");
        this.before = order();
        this.matched = new int[theirs.size()];
        for (int i = 0; i < ours.size(); i++) {
            if (isWoken(i)) {
                woken.add(ours.get(i).entity());
            }
        }
    }

    /** What must come before each event of the trace. */
    private BitSet[] order() {
        BitSet[] all = new BitSet[theirs.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = new BitSet();
            all[i].set(0, i);
        }
        for (Trace.Block block : step.blocks()) {
            for (int i = block.first(); i <= block.last(); i++) {
                all[i] = new BitSet();
                all[i].set(0, block.first());
            }
            block.mustPrecede().forEach(pair -> all[pair[1]].set(pair[0]));
        }
        return all;
    }

    /** Whether that event is about a job that was ready at last. */
    private boolean isWoken(int i) {
        Told event = ours.get(i);
        if (!event.is("job", "UPDATE", "status") || !folds.get(i).hasReadyInputs(event.entity())) {
            return false;
        }
        String was = folds.get(i).get(event.entity(), "status").asString("");
        return (was.equals("BLOCKED") && event.value().asString().equals("PENDING"))
                || (step.op().equals("start_orchestrator") && was.equals("PENDING"));
    }

    /**
     * Whether that job was woken before Taipy wakes it: in this step, where Taipy does not, or where other jobs have run in between.
     */
    private boolean isEarly(String job) {
        String symbol = symbols.symbol(job);
        if (symbol == null || !woken.contains(job)) {
            return false;
        }
        List<String> inputs = folds.get(folds.size() - 1).inputsOfJob(job).stream()
                .map(symbols::symbol)
                .toList();
        boolean ran = false;
        for (Trace.Event event : theirs) {
            if (event.is("data_node", "UPDATE", "edit_in_progress") && inputs.contains(event.entity())) {
                ran = false;
            } else if (event.is("job", "UPDATE", "status")) {
                if (isStatus(event, "PENDING") && event.entity().equals(symbol)) {
                    return ran;
                }
                ran |= isStatus(event, "RUNNING");
            }
        }
        return !isTheirs(job, "RUNNING") && !isTheirs(job, "SKIPPED");
    }

    private static boolean isStatus(Trace.Event event, String status) {
        return event.value().path("$enum").asString("").equals("Status." + status);
    }

    private boolean isTheirs(String job, String status) {
        return theirs.stream()
                .anyMatch(event -> event.is("job", "UPDATE", "status")
                        && Objects.equals(event.entity(), symbols.symbol(job))
                        && isStatus(event, status));
    }

    // --- what came of it ---------------------------------------------------------------------------------------------

    boolean succeeds() {
        int mark = symbols.mark();
        if (search(0, new BitSet())) {
            return true;
        }
        symbols.undo(mark);
        return false;
    }

    Set<Kind> kinds() {
        return kinds.isEmpty() ? EnumSet.noneOf(Kind.class) : EnumSet.copyOf(kinds);
    }

    /** Our entities that are other than Taipy's from now on, and by which kind. */
    Map<String, Kind> touched() {
        return touched;
    }

    /** Events of ours that Taipy may tell later. */
    List<Told> ahead() {
        return ahead;
    }

    int furthest() {
        return furthest;
    }

    String failure() {
        return furthestState;
    }

    // --- the search --------------------------------------------------------------------------------------------------

    private boolean search(int i, BitSet done) {
        if (++tries > MOST_TRIES || !failed.add(i + " " + done)) {
            return false;
        }
        note(i, done);
        if (i == ours.size() && done.cardinality() == theirs.size()) {
            return finish();
        }
        for (int t = done.nextClearBit(0); t < theirs.size(); t = done.nextClearBit(t + 1)) {
            if (tryOne(i, t, done)) {
                return true;
            }
        }
        if (i < ours.size()) {
            Kind kind = mayBeThere(i, done);
            if (kind != null && with(kind, () -> search(i + 1, done))) {
                if (kind == Kind.WOKEN_AT_ONCE) {
                    ahead.add(ours.get(i));
                }
                touch(ours.get(i).entity(), kind);
                return true;
            }
        }
        for (int t = done.nextClearBit(0); t < theirs.size(); t = done.nextClearBit(t + 1)) {
            BitSet next = and(done, t);
            Kind kind = mayBeMissing(t, i, done);
            if (kind != null && with(kind, () -> search(i, next))) {
                touch(symbols.id(theirs.get(t).entity()), kind);
                return true;
            }
        }
        return false;
    }

    private void touch(String id, Kind kind) {
        if (id == null) {
            return;
        }
        if (LASTING.contains(kind)) {
            touched.put(id, kind);
        } else if (crashed) {
            touched.putIfAbsent(id, Kind.DONE_AS_A_WHOLE);
        } else if (woken.stream().anyMatch(this::isEarly)) {
            touched.putIfAbsent(id, Kind.WOKEN_AT_ONCE);
        }
    }

    private boolean tryOne(int i, int t, BitSet done) {
        Trace.Event event = theirs.get(t);
        BitSet next = and(done, t);
        if (event.operation().equals("DELETION") && event.entity() == null) {
            return isInPlace(t, done) && deletesMany(i, event, next);
        }
        if (i >= ours.size()) {
            return false;
        }
        Kind moved = isInPlace(t, done) ? null : mayBeHere(t, i, done);
        if (moved == null && !isInPlace(t, done)) {
            return false;
        }
        int mark = symbols.mark();
        List<Kind> needed = new ArrayList<>();
        if (moved != null) {
            needed.add(moved);
        }
        if (!matches(event, i, needed)) {
            symbols.undo(mark);
            return false;
        }
        int size = kinds.size();
        kinds.addAll(needed);
        matched[t] = i;
        if (search(i + 1, next)) {
            return true;
        }
        kinds.subList(size, kinds.size()).clear();
        symbols.undo(mark);
        return false;
    }

    private boolean with(Kind kind, java.util.function.BooleanSupplier rest) {
        kinds.add(kind);
        if (rest.getAsBoolean()) {
            return true;
        }
        kinds.remove(kinds.size() - 1);
        return false;
    }

    private static BitSet and(BitSet done, int t) {
        BitSet next = (BitSet) done.clone();
        next.set(t);
        return next;
    }

    private boolean isInPlace(int t, BitSet done) {
        BitSet missing = (BitSet) before[t].clone();
        missing.andNot(done);
        return missing.isEmpty();
    }

    private void note(int i, BitSet done) {
        int reached = i + done.cardinality();
        if (reached > furthest) {
            furthest = reached;
            List<String> open = new ArrayList<>();
            for (int t = done.nextClearBit(0); t < theirs.size() && open.size() < 6; t = done.nextClearBit(t + 1)) {
                open.add("      theirs " + theirs.get(t) + (isInPlace(t, done) ? "" : " (not yet)"));
            }
            furthestState = "    ours %s%n%s"
                    .formatted(
                            i < ours.size() ? i + " " + ours.get(i) : "(no more)",
                            String.join(System.lineSeparator(), open));
        }
    }

    private boolean finish() {
        return namesAreTold() && (!batch || rolledBack || crashed || isInOrderOfChanges());
    }

    // --- kinds that move an event ------------------------------------------------------------------------------------

    private Kind mayBeHere(int t, int i, BitSet done) {
        Trace.Event event = theirs.get(t);
        if (event.operation().equals("SUBMISSION") && isTold(t, done, i)) {
            return Kind.ACT_WITH_ITS_SUBMISSION;
        }
        if (event.is("job", "UPDATE", "status")
                && isEarly(Objects.requireNonNullElse(symbols.id(event.entity()), ""))
                && isWoken(i)
                && ofSameEntityAreDone(t, done)) {
            return Kind.WOKEN_AT_ONCE;
        }
        return batch && ofSameEntityAreDone(t, done, event.attribute()) ? Kind.BATCH_IN_ORDER : null;
    }

    /** Whether that act is in the unit of work of its submission, after the submission has its jobs. */
    private boolean isTold(int act, BitSet done, int i) {
        for (int t = act - 1; t >= 0; t--) {
            Trace.Event event = theirs.get(t);
            if (event.is("submission", "CREATION", null)) {
                return done.get(t)
                        && ours.get(matched[t]).unit().equals(ours.get(i).unit());
            }
            if (event.is("submission", "UPDATE", "jobs") && !done.get(t)) {
                return false;
            }
        }
        return false;
    }

    private boolean ofSameEntityAreDone(int t, BitSet done) {
        for (int earlier = 0; earlier < t; earlier++) {
            if (!done.get(earlier)
                    && Objects.equals(
                            theirs.get(earlier).entity(), theirs.get(t).entity())) {
                return false;
            }
        }
        return true;
    }

    private boolean ofSameEntityAreDone(int t, BitSet done, String attribute) {
        for (int earlier = 0; earlier < t; earlier++) {
            if (!done.get(earlier)
                    && Objects.equals(
                            theirs.get(earlier).entity(), theirs.get(t).entity())
                    && Objects.equals(theirs.get(earlier).attribute(), attribute)
                    && !isRepeatedBefore(earlier)) {
                return false;
            }
        }
        return true;
    }

    // --- many deletions in one ---------------------------------------------------------------------------------------

    private boolean deletesMany(int i, Trace.Event event, BitSet next) {
        int end = i;
        while (end < ours.size()
                && ours.get(end).is(event.type(), "DELETION", null)
                && hasMetadata(event, ours.get(end), folds.get(end))) {
            end++;
        }
        int last = end;
        return folds.get(last).all(event.type()).isEmpty() && with(Kind.DELETION_OF_EACH, () -> search(last, next));
    }

    // --- events of ours that the trace does not have -----------------------------------------------------------------

    private Kind mayBeThere(int i, BitSet done) {
        Told event = ours.get(i);
        Fold fold = folds.get(i);
        if ("is_submittable".equals(event.attribute())) {
            if (fold.isChangedBy(event)
                    && folds.get(i + 1).isSubmittable(event.entity()) == Json.isTrue(event.value())
                    && isUnnoticed(event, done)) {
                return Kind.SUBMITTABLE_IS_TRUE;
            }
            return crashed ? Kind.DONE_AS_A_WHOLE : null;
        }
        if (isSilentInTaipy(i)) {
            return Kind.NOTHING_IS_SILENT;
        }
        if (isWorkOfWoken(i)) {
            return Kind.WOKEN_AT_ONCE;
        }
        if (isFreedByDeletion(i)) {
            return Kind.LOCKED_WHILE_AWAITED;
        }
        if (isNested() && isChangeOfBatch(event)) {
            return Kind.BATCH_IN_ORDER;
        }
        return crashed ? Kind.DONE_AS_A_WHOLE : null;
    }

    /**
     * Whether Taipy has no reason to tell that: that it can be submitted again, when it has never told that it could not; that it cannot, when it
     * has told so already, or it is not a data node that has changed.
     */
    private boolean isUnnoticed(Told event, BitSet done) {
        Boolean told = diverged.told(event.entity());
        for (Trace.Event earlier : theirs) {
            if (done.get(earlier.number())
                    && "is_submittable".equals(earlier.attribute())
                    && event.entity().equals(symbols.id(earlier.entity()))) {
                told = Json.isTrue(earlier.value());
            }
        }
        boolean cannot = Boolean.FALSE.equals(told);
        return Json.isTrue(event.value())
                ? !cannot || isOtherChange()
                : cannot || isOtherChange() || isOfEarlyWork(event);
    }

    /** Whether the step changes what the inputs are, or wakes a job: Taipy looks at neither. */
    private boolean isOtherChange() {
        return step.does("delete", "update_sequence", "clean_all_entities")
                || step.operations().stream()
                        .anyMatch(one -> Set.of("tasks", "sequences")
                                .contains(one.path("attr").asString("")));
    }

    private boolean isOfEarlyWork(Told event) {
        return woken.stream()
                .filter(this::isEarly)
                .anyMatch(job -> isInUnit(
                        event,
                        other -> other.is("job", "UPDATE", "status")
                                && other.entity().equals(job)));
    }

    private boolean isInUnit(Told event, java.util.function.Predicate<Told> wanted) {
        return ours.stream().anyMatch(other -> other.unit().equals(event.unit()) && wanted.test(other));
    }

    private boolean isSilentInTaipy(int i) {
        Told event = ours.get(i);
        Fold fold = folds.get(i);
        String attribute = Objects.requireNonNullElse(event.attribute(), "");
        switch (event.type()) {
            case "data_node" -> {
                // What was written; the same may be written again.
                return attribute.equals("data")
                        && isInUnit(
                                event,
                                other -> other.entity().equals(event.entity())
                                        && "last_edit_date".equals(other.attribute()));
            }
            case "cycle" -> {
                // A scenario was added to it.
                return attribute.equals("newest_scenario") && fold.isChangedBy(event);
            }
            case "job" -> {
                return (attribute.equals("node") && isInUnit(event, other -> other.isStatus(event.entity(), "RUNNING")))
                        || (attribute.equals("stacktrace")
                                && fold.isChangedBy(event)
                                && isInUnit(event, other -> other.isStatus(event.entity(), "FAILED")));
            }
            case "sequence" -> {
                return fold.isChangedBy(event)
                        && ((event.operation().equals("UPDATE")
                                        && Set.of("tasks", "properties").contains(attribute)
                                        && (step.does("update_sequence") || setsSequences()))
                                || (event.operation().equals("CREATION")
                                        && (step.does("rename_sequence", "duplicate") || setsSequences()))
                                || (event.operation().equals("DELETION")
                                        && (step.does("rename_sequence", "clean_all_entities") || setsSequences())));
            }
            case "scenario" -> {
                // A sequence was changed or deleted by itself.
                return attribute.equals("sequences")
                        && !step.does(
                                "add_sequence",
                                "add_sequences",
                                "update_sequence",
                                "remove_sequence",
                                "remove_sequences",
                                "rename_sequence")
                        && !setsSequences()
                        && fold.isChangedBy(event)
                        && isInUnit(
                                event,
                                other -> other.type().equals("sequence")
                                        && folds.get(0)
                                                .get(other.entity(), "owner_id")
                                                .asString("")
                                                .equals(event.entity()));
            }
            default -> {
                return false;
            }
        }
    }

    private boolean setsSequences() {
        return step.operations().stream()
                .anyMatch(one -> one.path("attr").asString("").equals("sequences"));
    }

    /** Events of a job that was ready already: its status, that of its submission, what it writes. */
    private boolean isWorkOfWoken(int i) {
        Told event = ours.get(i);
        if (woken.isEmpty() || !event.operation().equals("UPDATE")) {
            return false;
        }
        if (event.is("job", "UPDATE", "status")) {
            return isEarly(event.entity())
                    && !isTheirs(event.entity(), event.value().asString())
                    && (isWoken(i) || wasWoken(event.entity(), i));
        }
        if (event.is("submission", "UPDATE", "submission_status")) {
            return isOfWoken(event.entity()) && isTrueStatus(i);
        }
        return event.type().equals("data_node")
                && WRITTEN.contains(event.attribute())
                && woken.stream()
                        .filter(job -> folds.get(i).outputsOf(job).contains(event.entity()))
                        .filter(job -> isEarly(job) && !isTheirs(job, "PENDING"))
                        .anyMatch(job -> isInUnit(
                                event,
                                other -> other.is("job", "UPDATE", "status")
                                        && other.entity().equals(job)));
    }

    private boolean wasWoken(String job, int i) {
        for (int earlier = 0; earlier < i; earlier++) {
            if (ours.get(earlier).entity().equals(job) && isWoken(earlier)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOfWoken(String submission) {
        return woken.stream()
                .filter(this::isEarly)
                .anyMatch(job -> folds.get(folds.size() - 1)
                        .get(job, "submission")
                        .asString("")
                        .equals(submission));
    }

    private boolean isTrueStatus(int i) {
        Told event = ours.get(i);
        return folds.get(i).statusOf(event.entity()).equals(event.value().asString());
    }

    /** Jobs that were not finished are deleted: what they would have written is not locked for ever. */
    private boolean isFreedByDeletion(int i) {
        Told event = ours.get(i);
        return event.type().equals("data_node")
                && event.operation().equals("UPDATE")
                && LOCK.contains(event.attribute())
                && !Json.isTrue(event.value())
                && folds.get(0).all("job").stream()
                        .anyMatch(job -> !folds.get(0).isFinished(job.id())
                                && folds.get(0).outputsOf(job.id()).contains(event.entity())
                                && isInUnit(
                                        event,
                                        other -> other.is("job", "DELETION", null)
                                                && other.entity().equals(job.id())));
    }

    // --- events of the trace that we do not have ---------------------------------------------------------------------

    private Kind mayBeMissing(int t, int i, BitSet done) {
        Trace.Event event = theirs.get(t);
        if (rolledBack) {
            return Kind.ALL_OR_NOTHING;
        }
        String id = symbols.id(event.entity());
        Fold fold = folds.get(i);
        if (isNested() && isRepeated(t, done)) {
            return Kind.BATCH_IN_ORDER;
        }
        if (!isInPlace(t, done) && !batch) {
            return null;
        }
        if (event.is(event.type(), "UPDATE", "is_submittable") && id != null) {
            if (Json.same(fold.get(id, "is_submittable"), event.value())
                    && fold.find(id) != null
                    && fold.isSubmittable(id) == Json.isTrue(event.value())) {
                return Kind.SUBMITTABLE_IS_TRUE;
            }
            return Json.isTrue(event.value()) && hasAwaitedInput(id) ? Kind.LOCKED_WHILE_AWAITED : null;
        }
        if (event.is(event.type(), "UPDATE", "parent_ids") && isSubset(event.value(), id)) {
            return Kind.PARENTS_ARE_DERIVED;
        }
        if (event.operation().equals("UPDATE") && id == null && isCreatedLater(t)) {
            return Kind.CREATION_TELLS_ALL;
        }
        if (isAhead(event, id)) {
            return Kind.WOKEN_AT_ONCE;
        }
        if (event.type().equals("data_node") && isUnlocking(event) && id != null && isKeptLocked(id)) {
            return Kind.LOCKED_WHILE_AWAITED;
        }
        return null;
    }

    private static boolean isUnlocking(Trace.Event event) {
        return event.operation().equals("UPDATE")
                && LOCK.contains(Objects.requireNonNullElse(event.attribute(), ""))
                && (Json.isNothing(event.value())
                        || (event.value().isBoolean() && !event.value().booleanValue()));
    }

    private boolean hasAwaitedInput(String submittable) {
        Fold end = folds.get(folds.size() - 1);
        return end.all("data_node").stream()
                .anyMatch(node -> end.hasInput(submittable, node.id()) && isKeptLocked(node.id()));
    }

    /** Whether it is locked when the step is over, because some job is still going to write it. */
    private boolean isKeptLocked(String node) {
        Fold end = folds.get(folds.size() - 1);
        return end.isAwaited(node) && Json.isTrue(end.get(node, "edit_in_progress"));
    }

    private boolean isSubset(JsonNode set, String id) {
        Set<String> parents =
                id == null ? Set.of() : folds.get(folds.size() - 1).parentsOf(id);
        return set.has("$set")
                && set.get("$set").valueStream().allMatch(ref -> {
                    String parent = symbols.id(ref.path("$ref").asString());
                    // One that is created later in this step has no id yet.
                    return parent == null || parents.contains(parent);
                });
    }

    private boolean isCreatedLater(int t) {
        return theirs.stream()
                .anyMatch(later -> later.number() > t
                        && later.operation().equals("CREATION")
                        && Objects.equals(later.entity(), theirs.get(t).entity()));
    }

    /** Whether what the trace told of an entity before its CREATION is in ours. */
    private boolean namesAreTold() {
        for (Trace.Event event : theirs) {
            if (event.operation().equals("UPDATE") && isCreatedLater(event.number())) {
                Thing thing = folds.get(folds.size() - 1).find(symbols.id(event.entity()));
                if (thing == null
                        || !("properties".equals(event.attribute())
                                ? thing.get("properties")
                                        .valueStream()
                                        .anyMatch(value -> values.isSame(event.value(), value))
                                : values.isSame(event.value(), thing.get(event.attribute())))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether that is about a job that has run here already, or is a status in between of a submission that has a woken job. */
    private boolean isAhead(Trace.Event event, String id) {
        if (id == null || !event.operation().equals("UPDATE")) {
            return false;
        }
        if (event.is("submission", "UPDATE", "submission_status") && isOfWoken(id)) {
            return true;
        }
        if (diverged.by(id) != Kind.WOKEN_AT_ONCE) {
            return false;
        }
        return diverged.isTold(told -> told.entity().equals(id)
                        && told.is(event.type(), "UPDATE", event.attribute())
                        && ("edits".equals(event.attribute()) || values.isSame(event.value(), told.value())))
                || isTooLate(event, id);
    }

    /** Whether Taipy ends a job that has run here: its status, that of its submission, its outputs unlocked. */
    private boolean isTooLate(Trace.Event event, String id) {
        Fold end = folds.get(folds.size() - 1);
        String value = event.value().path("$enum").asString("").replaceAll(".*\\.", "");
        return switch (event.type()) {
            case "job" -> end.isFinished(id) && Set.of("CANCELED", "ABANDONED").contains(value);
            case "submission" -> Set.of("CANCELED", "UNDEFINED").contains(value);
            case "data_node" -> isUnlocking(event);
            default -> false;
        };
    }

    // --- batches -----------------------------------------------------------------------------------------------------

    private boolean isRepeated(int t, BitSet done) {
        return theirs.stream()
                .anyMatch(other -> other.number() != t && done.get(other.number()) && other.isSame(theirs.get(t)));
    }

    private boolean isRepeatedBefore(int t) {
        return theirs.stream().anyMatch(other -> other.number() != t && other.isSame(theirs.get(t)));
    }

    /** The entity and attribute that each change of the batch is about, in their order. */
    private List<List<String>> changesOfBatch() {
        List<List<String>> changes = new ArrayList<>();
        for (JsonNode operation : step.operations()) {
            String target = operation.path("target").asString("");
            String id = Objects.requireNonNullElse(symbols.id(target), target);
            switch (operation.path("op").asString()) {
                case "set_property", "del_property" -> changes.add(List.of(id, "properties"));
                case "update_properties" ->
                    operation.path("value").forEach(value -> changes.add(List.of(id, "properties")));
                case "tag", "untag" -> changes.add(List.of(id, "tags"));
                case "set_primary" -> changes.add(List.of(id, "is_primary"));
                case "subscribe", "unsubscribe" -> changes.add(List.of(id, "subscribers"));
                case "write", "append", "track_edit" -> changes.add(List.of(id, "edits"));
                case "lock_edit", "unlock_edit" -> changes.add(List.of(id, "edit_in_progress"));
                case "job_status" -> changes.add(List.of(id, "status"));
                case "set_attr" -> {
                    String attribute = operation.path("attr").asString();
                    boolean property =
                            attribute.equals("path") || (attribute.equals("name") && !target.startsWith("cycle"));
                    changes.add(List.of(id, property ? "properties" : attribute));
                }
                default -> {
                    // Has no attribute of its own, or no event.
                }
            }
        }
        return changes;
    }

    /** Blocks within blocks: where they are on one object, Taipy loses events of the outer one, and tells those of the inner one twice. */
    private boolean isNested() {
        return step.operations().stream()
                        .filter(one -> one.path("op").asString("").equals("with"))
                        .count()
                > 1;
    }

    private boolean isChangeOfBatch(Told event) {
        return event.attribute() != null && changesOfBatch().contains(List.of(event.entity(), event.attribute()));
    }

    /** Taipy's second change starts from what was stored before the batch. */
    private boolean isChangedTwice(Told event) {
        return changesOfBatch().stream()
                        .filter(List.of(event.entity(), Objects.requireNonNullElse(event.attribute(), ""))::equals)
                        .count()
                > 1;
    }

    private boolean isInOrderOfChanges() {
        int next = 0;
        List<List<String>> changes = changesOfBatch();
        for (Told event : ours) {
            if (next < changes.size()
                    && event.attribute() != null
                    && changes.get(next).equals(List.of(event.entity(), event.attribute()))) {
                next++;
            }
        }
        return next == changes.size();
    }

    // --- one event ---------------------------------------------------------------------------------------------------

    /** @param needed gets the kinds without which they do not match */
    private boolean matches(Trace.Event event, int i, List<Kind> needed) {
        Told told = ours.get(i);
        return told.is(event.type(), event.operation(), event.attribute())
                && isEntity(event, i)
                && hasMetadata(event, told, folds.get(i))
                && hasValue(event, i, needed);
    }

    private boolean isEntity(Trace.Event event, int i) {
        Told told = ours.get(i);
        String id = symbols.id(event.entity());
        if (id != null && !id.equals(told.entity())) {
            return false;
        }
        if (event.operation().equals("CREATION")) {
            return folds.get(i).find(told.entity()) == null && isBound(event.entity(), folds.get(i + 1), told.entity());
        }
        // A sequence that was renamed has a new id; Taipy says nothing of that.
        return id != null || (told.type().equals("sequence") && isBound(event.entity(), folds.get(i), told.entity()));
    }

    private boolean isBound(String symbol, Fold fold, String id) {
        Thing thing = fold.find(id);
        if (thing == null || !symbols.fits(symbol, thing, fold)) {
            return false;
        }
        symbols.bind(symbol, id);
        return true;
    }

    private boolean hasMetadata(Trace.Event event, Told told, Fold fold) {
        Set<String> names = new TreeSet<>(told.metadata().keySet());
        if ("properties".equals(told.attribute())) {
            names.remove("property");
        }
        return names.equals(new LinkedHashSet<>(event.metadata().propertyNames()))
                && names.stream()
                        .allMatch(name -> isFree(name, told, fold)
                                || values.isSame(
                                        event.metadata().get(name),
                                        told.metadata().get(name)));
    }

    /** Which job changed the status of a submission depends on which of several ran first. */
    private boolean isFree(String metadata, Told told, Fold fold) {
        return metadata.equals("job_triggered_submission_status_changed")
                && (step.varies().contains("metadata." + metadata) || isOfWoken(told.entity()))
                && fold.find(told.metadata().get(metadata).asString("")) != null;
    }

    private boolean hasValue(Trace.Event event, int i, List<Kind> needed) {
        Told told = ours.get(i);
        if (event.operation().equals("CREATION")) {
            needed.add(Kind.CREATION_TELLS_ALL);
            return Json.isNothing(event.value()) && told.value().isObject();
        }
        if ("properties".equals(event.attribute())) {
            needed.add(Kind.WHOLE_VALUES);
            String name =
                    told.metadata().getOrDefault("property", Json.missing()).asString("");
            return values.isSame(event.value(), told.value().path(name)) && onlyThat(name, i);
        }
        if (values.isSame(event.value(), told.value())) {
            return true;
        }
        if ("subscribers".equals(event.attribute())) {
            needed.add(Kind.WHOLE_VALUES);
            return isOneSubscriberMoreOrLess(
                    event.value(), folds.get(i).get(told.entity(), "subscribers"), told.value());
        }
        if ("jobs".equals(event.attribute()) && step.varies().contains("order of the list in SUBMISSION UPDATE jobs")) {
            return values.isSameSet(event.value(), told.value());
        }
        if (COLLECTED.contains(Objects.requireNonNullElse(event.attribute(), ""))) {
            Kind why = diverged.by(told.entity());
            if (why == null && batch && isChangedTwice(told)) {
                why = Kind.BATCH_IN_ORDER;
            }
            if (why != null) {
                needed.add(why);
                return true;
            }
        }
        return false;
    }

    /** Whether no other property has another value than before. */
    private boolean onlyThat(String name, int i) {
        Map<String, JsonNode> was = members(folds.get(i).get(ours.get(i).entity(), "properties"));
        Map<String, JsonNode> now = members(ours.get(i).value());
        was.remove(name);
        now.remove(name);
        return was.keySet().equals(now.keySet())
                && was.entrySet().stream().allMatch(member -> Json.same(member.getValue(), now.get(member.getKey())));
    }

    private static Map<String, JsonNode> members(JsonNode object) {
        Map<String, JsonNode> members = new HashMap<>();
        object.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        return members;
    }

    private static boolean isOneSubscriberMoreOrLess(JsonNode parameters, JsonNode was, JsonNode now) {
        boolean more = now.size() > was.size();
        List<JsonNode> larger = new ArrayList<>((more ? now : was).values());
        for (JsonNode subscriber : more ? was : now) {
            larger.stream()
                    .filter(other -> Json.same(other, subscriber))
                    .findFirst()
                    .ifPresent(larger::remove);
        }
        return Math.abs(now.size() - was.size()) == 1
                && larger.size() == 1
                && (Json.isNothing(parameters)
                        || Json.same(parameters, larger.get(0).path("params")));
    }
}
