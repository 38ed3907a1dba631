package io.daybook.tck;

class PostgresqlEvidenceIT extends EvidenceConformance implements Store.OnPostgresql {}
