package io.daybook.tck;

class PostgresqlProcessedEventsIT extends ProcessedEventsConformance implements Store.OnPostgresql {}
