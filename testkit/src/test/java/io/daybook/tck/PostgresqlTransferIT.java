package io.daybook.tck;

class PostgresqlTransferIT extends TransferConformance implements Store.OnPostgresql {}
