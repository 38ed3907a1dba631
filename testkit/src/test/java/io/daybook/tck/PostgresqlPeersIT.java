package io.daybook.tck;

class PostgresqlPeersIT extends PeersConformance implements Store.OnPostgresql {}
