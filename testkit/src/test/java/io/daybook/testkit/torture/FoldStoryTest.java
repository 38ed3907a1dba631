package io.daybook.testkit.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FoldStoryTest {

    private static final List<Long> ELEVEN =
            LongStream.rangeClosed(1, 11).boxed().toList();

    @Test
    void a_version_had_twice_is_found() {
        // From a real run on H2, in which the second time came after a kill.
        assertThat(FoldStory.of(ELEVEN, 583_350)).map(Object::toString).contains("version 9 is had twice");
    }

    @Test
    void versions_not_had_are_found() {
        long fold = 0;
        for (long version : List.of(1L, 2L, 5L)) {
            fold = Schedule.fold(fold, version);
        }
        assertThat(FoldStory.of(List.of(1L, 2L, 3L, 4L, 5L), fold))
                .map(Object::toString)
                .contains("versions 3 to 4 are had not at all");
    }

    @Test
    void a_fold_that_one_mishap_does_not_explain_has_no_story() {
        assertThat(FoldStory.of(List.of(1L, 2L, 3L), 999_999)).isEmpty();
    }
}
