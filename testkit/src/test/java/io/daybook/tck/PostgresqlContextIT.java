package io.daybook.tck;

class PostgresqlContextIT extends ContextConformance implements Store.OnPostgresql {}
