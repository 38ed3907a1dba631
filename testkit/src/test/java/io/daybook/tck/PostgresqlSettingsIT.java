package io.daybook.tck;

class PostgresqlSettingsIT extends SettingsConformance implements Store.OnPostgresql {}
