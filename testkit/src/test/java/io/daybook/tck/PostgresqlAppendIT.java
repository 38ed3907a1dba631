package io.daybook.tck;

class PostgresqlAppendIT extends AppendConformance implements Store.OnPostgresql {}
