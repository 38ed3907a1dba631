package io.daybook.tck;

class PostgresqlBaselineIT extends BaselineConformance implements Store.OnPostgresql {}
