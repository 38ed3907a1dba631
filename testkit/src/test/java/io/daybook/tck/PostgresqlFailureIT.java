package io.daybook.tck;

class PostgresqlFailureIT extends FailureConformance implements Store.OnPostgresql {}
