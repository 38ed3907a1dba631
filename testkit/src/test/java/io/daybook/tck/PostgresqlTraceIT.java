package io.daybook.tck;

class PostgresqlTraceIT extends TraceConformance implements Store.OnPostgresql {}
