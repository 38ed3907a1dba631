package io.daybook.tck;

class PostgresqlTextIT extends TextConformance implements Store.OnPostgresql {}
