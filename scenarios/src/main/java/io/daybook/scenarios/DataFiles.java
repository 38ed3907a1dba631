package io.daybook.scenarios;

import io.daybook.Daybook;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.history.History;
import io.daybook.scenarios.config.Storage.Format;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data of data nodes: in the event log, or in files of which the log has path, size and digest. A file is written once, before the event
 * that names it, and never changed; one whose unit of work was not committed is left over and named by nothing.
 */
final class DataFiles {

    private static final CSVFormat CSV =
            CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

    private static final Logger LOG = LoggerFactory.getLogger(DataFiles.class);

    private final Daybook daybook;
    private final Supplier<String> uniqueIds;

    DataFiles(Daybook daybook, Supplier<String> uniqueIds) {
        this.daybook = daybook;
        this.uniqueIds = uniqueIds;
    }

    /** Keeps data: what the log shall say of it. */
    Object keep(Stored node, @Nullable Object data) {
        return keep(
                node.id(),
                Format.valueOf(node.text("storage")),
                node.maybeText("folder").orElse(""),
                Value.of(data));
    }

    /** @param folder empty for data that is kept in the log */
    Object keep(String node, Format format, String folder, Value data) {
        if (format == Format.LOG) {
            return data;
        }
        byte[] bytes = switch (format) {
            case LOG, JSON -> data.json().getBytes(StandardCharsets.UTF_8);
            case CSV -> csv(data).getBytes(StandardCharsets.UTF_8);
            case BYTES -> data.as(byte[].class);
        };
        Path root = Path.of(folder);
        Path ofNode = root.resolve(node);
        Path file = ofNode.resolve("%s.%s".formatted(uniqueIds.get(), extension(format)));
        try {
            write(root, ofNode, file, bytes);
        } catch (IOException e) {
            throw new DataLost(node, file, "could not be written: " + e.getMessage(), e);
        }
        return Map.of("path", file.toString(), "bytes", bytes.length, "sha256", sha256(bytes));
    }

    private static String extension(Format format) {
        return format == Format.BYTES ? "bin" : format.name().toLowerCase(Locale.ROOT);
    }

    private static void write(Path root, Path folder, Path file, byte[] bytes) throws IOException {
        Files.createDirectories(folder);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, bytes);
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        for (Path above : List.of(folder, root)) {
            force(above);
        }
    }

    /** That a file is in its folder must be on disk too; some systems do not let a folder be opened, and see to it themselves. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("Folder {} cannot be forced to disk: {}", folder, e.getMessage());
        }
    }

    /**
     * The newest data of a data node; empty if it has none.
     *
     * @param view where the node was found: what a unit of work is about to write counts
     * @throws DataLost if its file is gone, or not as it was written
     */
    Optional<Value> read(View view, Stored node) {
        Object pending = view instanceof Draft draft ? draft.data(node.ref()) : null;
        if (pending == null && node.dataVersion() == 0) {
            return Optional.empty();
        }
        Value said = pending != null ? Value.of(pending) : said(node);
        Format format = Format.valueOf(node.text("storage"));
        return Optional.of(format == Format.LOG ? said : readFile(node.id(), format, said));
    }

    private Value said(Stored node) {
        Event event = daybook.history(node.ref().type().name(), node.id())
                .after(node.dataVersion() - 1)
                .iterator()
                .next();
        Value value = event.attributeValue()
                .orElseThrow(() -> new DataLost(node.id(), "position " + event.position(), "was erased", null));
        return event.operation().equals(Operation.CREATION) ? member(value, Stored.DATA) : value;
    }

    /**
     * The data of a data node as that event of it left it; empty if it had none then, or it was erased.
     *
     * @throws DataLost if its file is gone, or not as it was written
     */
    Optional<Value> readAsOf(Stored node, Event event) {
        if (!event.entity().equals(node.ref())) {
            throw new IllegalArgumentException("The event at position %s is about %s, not %s."
                    .formatted(event.position(), event.entity(), node.ref()));
        }
        Optional<Value> said = saidAsOf(event);
        Format format = Format.valueOf(node.text("storage"));
        return format == Format.LOG ? said : said.map(file -> readFile(node.id(), format, file));
    }

    /** Looks back from the event, further each time: mostly the data is the event just before it. */
    private Optional<Value> saidAsOf(Event event) {
        String type = event.entityType().name();
        History history = event.position().isPresent()
                ? daybook.asOf(event.position().getAsLong()).history(type, event.entityId())
                : daybook.history(type, event.entityId());
        long until = event.version();
        for (long step = 2; until > 0; step *= 2) {
            long after = Math.max(0, until - step);
            Event newest = null;
            for (Event earlier : history.after(after)) {
                if (earlier.version() > until) {
                    break;
                }
                boolean data = earlier.attributeName().orElse("").equals(Stored.DATA);
                newest = data || isBeginningOrEnd(earlier) ? earlier : newest;
            }
            if (newest != null) {
                return newest.operation().equals(Operation.CREATION)
                        ? newest.attributeValue().map(value -> value.members().get(Stored.DATA))
                        : newest.operation().equals(Operation.DELETION) ? Optional.empty() : newest.attributeValue();
            }
            until = after;
        }
        return Optional.empty();
    }

    private static boolean isBeginningOrEnd(Event event) {
        return event.operation().equals(Operation.CREATION) || event.operation().equals(Operation.DELETION);
    }

    private static Value member(Value value, String name) {
        return Objects.requireNonNull(value.members().get(name), name);
    }

    private static Value readFile(String node, Format format, Value said) {
        Path file = Path.of(member(said, "path").as(String.class));
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DataLost(node, file, "cannot be read: " + e.getMessage(), e);
        }
        if (!sha256(bytes).equals(member(said, "sha256").as(String.class))) {
            throw new DataLost(node, file, "has other bytes than were written", null);
        }
        return switch (format) {
            case LOG, JSON -> Value.ofJson(new String(bytes, StandardCharsets.UTF_8));
            case CSV -> rows(node, file, new String(bytes, StandardCharsets.UTF_8));
            case BYTES -> Value.of(bytes);
        };
    }

    /** What is there, with more behind it: a list, or a single value, behind a list. */
    static Value appended(Value there, Value more) {
        List<Value> all = new ArrayList<>(there.json().startsWith("[") ? there.elements() : List.of(there));
        all.addAll(more.json().startsWith("[") ? more.elements() : List.of(more));
        return Value.of(all);
    }

    private static String csv(Value data) {
        Set<String> header = new LinkedHashSet<>();
        data.elements().forEach(row -> header.addAll(row.members().keySet()));
        StringWriter text = new StringWriter();
        try (CSVPrinter printer = new CSVPrinter(text, CSV)) {
            printer.printRecord(header);
            for (Value row : data.elements()) {
                Map<String, Value> members = row.members();
                List<String> cells = new ArrayList<>();
                for (String column : header) {
                    Value cell = members.get(column);
                    cells.add(cell == null || cell.isNull() ? "" : String.valueOf(Stored.plain(cell)));
                }
                printer.printRecord(cells);
            }
        } catch (IOException e) {
            throw new IllegalStateException("Memory does not fail.", e);
        }
        return text.toString();
    }

    private static Value rows(String node, Path file, String text) {
        try (CSVParser parser =
                CSV.builder().setHeader().setSkipHeaderRecord(true).get().parse(new StringReader(text))) {
            return Value.of(parser.getRecords().stream().map(CSVRecord::toMap).toList());
        } catch (IOException | IllegalArgumentException e) {
            throw new DataLost(node, file, "is no CSV: " + e.getMessage(), e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
