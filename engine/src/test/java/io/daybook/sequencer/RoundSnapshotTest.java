package io.daybook.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundSnapshotTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7123456789012345678 10:20: 0",
                "7123456789012345678 10:20:10,14,15 99",
                "7123456789012345678 10:20:10 99 11:30:12,13 1234",
                "1 9223372036854775806:9223372036854775807: 9223372036854775807"
            })
    void its_text_comes_back_as_it_was(String text) {
        RoundSnapshot snapshot = RoundSnapshot.parse(text);
        assertThat(snapshot.text()).isEqualTo(text);
        assertThat(RoundSnapshot.parse(snapshot.text())).isEqualTo(snapshot);
    }

    @Test
    void a_ledger_row_without_one_has_none() {
        assertThat(RoundSnapshot.parse(null)).isNull();
    }

    @Test
    void it_tells_what_had_not_begun_and_what_was_under_way() {
        RoundSnapshot snapshot = RoundSnapshot.done("1", "10:20:10,14", 5);
        assertThat(snapshot.xmax()).isEqualTo(20);
        assertThat(snapshot.underWay()).containsExactly(10L, 14L);
        assertThat(RoundSnapshot.done("1", "20:20:", 5).underWay()).isEmpty();
        assertThat(snapshot.isPiece()).isFalse();
    }

    @Test
    void a_piece_keeps_where_the_window_began_and_ends() {
        RoundSnapshot piece = RoundSnapshot.done("1", "10:20:10", 5).piece("11:30:", 77);
        assertThat(piece.isPiece()).isTrue();
        assertThat(piece.xmax()).isEqualTo(20);
        assertThat(piece.target()).isEqualTo("11:30:");
        assertThat(piece.after()).isEqualTo(77);
        assertThat(piece.floor()).isEqualTo(5);
        assertThat(piece.piece("11:30:", 99).text()).isEqualTo("1 10:20:10 5 11:30: 99");
    }
}
