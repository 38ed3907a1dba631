package io.daybook.tck;

class PostgresqlRepositoryIT extends RepositoryConformance implements Store.OnPostgresql {}
