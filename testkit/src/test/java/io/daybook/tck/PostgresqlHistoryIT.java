package io.daybook.tck;

class PostgresqlHistoryIT extends HistoryConformance implements Store.OnPostgresql {}
