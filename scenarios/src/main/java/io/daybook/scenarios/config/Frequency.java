package io.daybook.scenarios.config;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/** How long a cycle of scenarios is. Days, months and years are those of the time zone that the scenarios were opened with. */
public enum Frequency {
    /** Midnight to midnight. */
    DAILY,
    /** From Monday on. */
    WEEKLY,
    /** From the first of the month on. */
    MONTHLY,
    /** From the first of January, April, July and October on. */
    QUARTERLY,
    /** From the first of January on. */
    YEARLY;

    /** When the cycle begins in which that is. */
    public LocalDateTime startOf(LocalDateTime time) {
        LocalDate day = time.toLocalDate();
        LocalDate first = switch (this) {
            case DAILY -> day;
            case WEEKLY -> day.minusDays(day.getDayOfWeek().getValue() - 1L);
            case MONTHLY -> day.with(TemporalAdjusters.firstDayOfMonth());
            case QUARTERLY -> day.withDayOfMonth(1).withMonth((day.getMonthValue() - 1) / 3 * 3 + 1);
            case YEARLY -> day.with(TemporalAdjusters.firstDayOfYear());
        };
        return first.atStartOfDay();
    }

    /** The last microsecond of the cycle that begins there. */
    public LocalDateTime endOf(LocalDateTime start) {
        LocalDateTime next = switch (this) {
            case DAILY -> start.plusDays(1);
            case WEEKLY -> start.plusWeeks(1);
            case MONTHLY -> start.plusMonths(1);
            case QUARTERLY -> start.plusMonths(3);
            case YEARLY -> start.plusYears(1);
        };
        return next.with(LocalTime.MIN).minus(1, ChronoUnit.MICROS);
    }
}
