package io.daybook.tck;

class PostgresqlPartitionIT extends PartitionConformance implements Store.OnPostgresql {}
