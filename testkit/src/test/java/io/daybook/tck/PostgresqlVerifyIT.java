package io.daybook.tck;

class PostgresqlVerifyIT extends VerifyConformance implements Store.OnPostgresql {}
