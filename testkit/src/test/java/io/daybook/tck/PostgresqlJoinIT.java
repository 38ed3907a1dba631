package io.daybook.tck;

class PostgresqlJoinIT extends JoinConformance implements Store.OnPostgresql {}
