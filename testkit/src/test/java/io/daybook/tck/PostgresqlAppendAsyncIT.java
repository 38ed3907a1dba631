package io.daybook.tck;

class PostgresqlAppendAsyncIT extends AppendAsyncConformance implements Store.OnPostgresql {}
