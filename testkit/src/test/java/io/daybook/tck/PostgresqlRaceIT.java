package io.daybook.tck;

class PostgresqlRaceIT extends RaceConformance implements Store.OnPostgresql {}
