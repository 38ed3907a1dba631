package io.daybook.tck;

class PostgresqlTimeoutIT extends TimeoutConformance implements Store.OnPostgresql {}
