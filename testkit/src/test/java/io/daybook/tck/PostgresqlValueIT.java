package io.daybook.tck;

class PostgresqlValueIT extends ValueConformance implements Store.OnPostgresql {}
