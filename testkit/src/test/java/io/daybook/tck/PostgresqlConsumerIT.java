package io.daybook.tck;

class PostgresqlConsumerIT extends ConsumerConformance implements Store.OnPostgresql {}
