package io.daybook.tck;

class PostgresqlOnceIT extends OnceConformance implements Store.OnPostgresql {}
