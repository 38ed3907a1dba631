package io.daybook.doctor;

import io.daybook.ledger.EventRow;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators and failure policies have set aside: events that are parked, registrations that are paused. */
final class Registrations implements Check {

    private static final String PARKED = """
            select p.registration, count(*), min(p.position), max(p.position), min(p.parked),
                   (select coalesce(max(l.position), 0) from daybook.ledger l)
            from daybook.parked_events p
            group by p.registration
            order by p.registration
            """;

    private static final String PAUSED = """
            select r.name, r.paused, r.pause_reason
            from daybook.registrations r
            where r.paused is not null
            order by r.name
            """;

    private record Parked(String registration, long events, long first, long last, Instant since, long head) {}

    private record Paused(
            String registration, Instant since, @Nullable String reason) {}

    @Override
    public String name() {
        return "registrations";
    }

    @Override
    public void run(Examination examination) {
        List<Parked> parked = examination.rows(
                "Looking for parked events",
                PARKED,
                row -> new Parked(
                        row.getString(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        EventRow.instant(row, 5),
                        row.getLong(6)));
        String schema = examination.database.schema();
        for (Parked registration : parked) {
            examination.warning(
                    "Registration %s has %s parked since %s, the first at position %d."
                            .formatted(
                                    registration.registration(),
                                    Examination.count(registration.events(), "event"),
                                    registration.since(),
                                    registration.first()),
                    "Its consumer failed on them. They, and later events of the same entities, are not delivered until somebody decides.",
                    "See why: daybook parked %1$s; remove the cause, then: daybook retry %1$s, or give one up: daybook discard %1$s <position>"
                            .formatted(registration.registration()));
            if (registration.last() > registration.head()) {
                examination.error(
                        "Registration %s has parked events up to position %d, but the ledger ends at %d."
                                .formatted(registration.registration(), registration.last(), registration.head()),
                        "The database was set back. Those events are gone, and new ones take their positions.",
                        "Before anything is appended: delete from %s.parked_events where registration = '%s' and position > %d;"
                                .formatted(schema, registration.registration(), registration.head()));
            }
        }
        List<Paused> paused = examination.rows(
                "Looking for paused registrations",
                PAUSED,
                row -> new Paused(row.getString(1), EventRow.instant(row, 2), row.getString(3)));
        for (Paused registration : paused) {
            examination.info(
                    "Registration %s is paused since %s%s."
                            .formatted(
                                    registration.registration(),
                                    registration.since(),
                                    registration.reason() == null ? "" : ": " + registration.reason()),
                    "Nothing is delivered to it; its cursor stays, and nothing is lost.",
                    "When its reason is gone: daybook resume %s".formatted(registration.registration()));
        }
        if (parked.isEmpty() && paused.isEmpty()) {
            examination.fine("No registration is paused, and no event is parked.");
        }
    }
}
