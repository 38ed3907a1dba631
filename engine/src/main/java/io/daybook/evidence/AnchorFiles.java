package io.daybook.evidence;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Anchors in files: one to a line, in {@code .json} or {@code .jsonl}. */
public final class AnchorFiles {

    private static final int MOST_ANCHORS = 1_000_000;

    private AnchorFiles() {}

    /**
     * What was found in files.
     *
     * @param anchors those that are whole, in the order of files and lines; nobody has checked their signatures
     * @param problems what is no anchor and stands where one should, a sentence each
     */
    public record Found(List<Anchor> anchors, List<String> problems) {
        public Found {
            anchors = List.copyOf(anchors);
            problems = List.copyOf(problems);
        }
    }

    /**
     * The anchors of that file, or of all {@code .json} and {@code .jsonl} files of that directory, not of directories in it.
     *
     * @throws UncheckedIOException if a file cannot be read
     * @throws InvalidEvidence if there are more than a million
     */
    public static Found read(List<Path> filesOrDirectories) {
        List<Anchor> anchors = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            for (Path path : filesOrDirectories) {
                List<Path> files = Files.isDirectory(path) ? filesIn(path) : List.of(path);
                for (Path file : files) {
                    read(file, anchors, problems);
                }
                if (files.isEmpty()) {
                    problems.add("There is no anchor in %s.".formatted(path));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Found(anchors, problems);
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(AnchorFiles::isNamedAsAnchors).sorted().toList();
        }
    }

    private static boolean isNamedAsAnchors(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return (name.endsWith(".json") || name.endsWith(".jsonl")) && Files.isRegularFile(file);
    }

    private static void read(Path file, List<Anchor> anchors, List<String> problems) throws IOException {
        int before = anchors.size();
        try (InputStream in = Files.newInputStream(file);
                Reader reader = new BufferedReader(StrictJson.utf8(in))) {
            StringBuilder line = new StringBuilder();
            int character;
            do {
                character = reader.read();
                if (character >= 0 && character != '\n') {
                    line.append((char) character);
                    if (line.length() > Anchor.MOST_CHARACTERS) {
                        throw new InvalidEvidence(
                                "it has a line of more than %d characters".formatted(Anchor.MOST_CHARACTERS));
                    }
                } else if (!line.toString().isBlank()) {
                    anchors.add(Anchor.parse(line.toString()));
                    line.setLength(0);
                }
            } while (character >= 0 && anchors.size() <= MOST_ANCHORS);
        } catch (InvalidEvidence e) {
            problems.add("%s: %s".formatted(file, e.getMessage()));
            return;
        } catch (java.nio.charset.CharacterCodingException e) {
            problems.add("%s: It is no UTF-8.".formatted(file));
            return;
        }
        if (anchors.size() > MOST_ANCHORS) {
            throw new InvalidEvidence("There are more than %,d anchors. Give fewer at once.".formatted(MOST_ANCHORS));
        }
        if (anchors.size() == before) {
            problems.add("%s: There is no anchor in it.".formatted(file));
        }
    }

    /** {@code anchor-0000000000000000012.json}: named by nothing but the position, and sorted by it. */
    static String nameOf(long position) {
        return "anchor-%019d.json".formatted(position);
    }

    /**
     * Writes the anchor to the directory, which is made if it is missing, under a name made of its position.
     *
     * @return the file. One of the same position is kept as it is, if it says the same of the ledger
     * @throws NoEvidence if the anchor that is there says something else: the database was set back, or history was changed
     * @throws UncheckedIOException if it cannot be written
     */
    public static Path write(Path directory, Anchor anchor) {
        Path file = directory.resolve(nameOf(anchor.position()));
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            return EvidenceFile.write(file, out -> {
                out.write(anchor.json() + "\n");
                return file;
            });
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof FileAlreadyExistsException)) {
                throw e;
            }
        }
        List<Anchor> there = read(List.of(file)).anchors();
        if (there.size() != 1
                || !there.get(0).daybookId().equals(anchor.daybookId())
                || !there.get(0).point().equals(anchor.point())
                || !there.get(0).merkleRoot().equals(anchor.merkleRoot())) {
            throw new NoEvidence(
                    "%s holds another anchor of position %d than the ledger now has (hash %s): the database was set back, history was changed, or the anchors of two daybooks go to one directory. It was not overwritten; run `daybook verify --anchor` with it."
                            .formatted(file, anchor.position(), anchor.point().shortHash()));
        }
        return file;
    }
}
