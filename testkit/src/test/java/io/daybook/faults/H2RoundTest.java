package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class H2RoundTest extends RoundConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }

    @Override
    String insertBehindTheBack() {
        return """
                insert into daybook.events (
                    entity_type, entity_id, version, operation, creation_date, transaction_id, salt)
                values ('thing', 't', 4, 'TOUCH', current_timestamp, random_uuid(), X'00112233445566778899aabbccddeeff')
                """;
    }
}
