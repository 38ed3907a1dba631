package io.daybook.tck;

class PostgresqlNotifierIT extends NotifierConformance implements Store.OnPostgresql {}
