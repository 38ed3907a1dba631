package io.daybook.tck;

class PostgresqlTransactionalIT extends TransactionalConformance implements Store.OnPostgresql {}
