package io.daybook.tck;

class PostgresqlRedactionIT extends RedactionConformance implements Store.OnPostgresql {}
