package io.daybook.tck;

class PostgresqlAsOfIT extends AsOfConformance implements Store.OnPostgresql {}
