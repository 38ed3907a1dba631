package io.daybook.redaction;

import io.daybook.database.Database;
import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.event.Change;
import io.daybook.event.EntityType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The attributes that are declared sensitive: their values are kept and delivered as all others, and not shown by commands, logs and errors. The
 * declaration is in the database (table {@code sensitive_attributes}), so that every process knows it. It only grows: taking one back is for the
 * owner of the database. Thread-safe.
 */
public final class SensitiveAttributes {

    private final Database database;
    private final Runnable refuseUnlessWritable;

    /**
     * For the engine: use {@code daybook.sensitive()}.
     *
     * @param refuseUnlessWritable throws if the daybook is closed or only read
     */
    public SensitiveAttributes(Database database, Runnable refuseUnlessWritable) {
        this.database = database;
        this.refuseUnlessWritable = refuseUnlessWritable;
    }

    /**
     * Declares these attributes of entities of that type sensitive, for every process and from now on, old values too. Those that are already
     * stay so.
     *
     * @throws io.daybook.event.InvalidEvent if type or names are not legal; nothing was declared
     * @throws DatabaseFailure if the database cannot; some may have been declared
     */
    public void declare(String entityType, String... attributeNames) {
        refuseUnlessWritable.run();
        for (String name : attributeNames) {
            // As strict as what sets the attribute.
            Change.update(entityType, "any").attribute(name);
        }
        SortedSet<String> wanted = new TreeSet<>(Set.of(attributeNames));
        wanted.removeAll(of(EntityType.of(entityType)));
        if (!wanted.isEmpty()) {
            database.run("Declaring what is sensitive", c -> {
                for (String name : wanted) {
                    insert(c, entityType, name);
                }
            });
        }
    }

    private void insert(Connection connection, String entityType, String name) throws SQLException {
        String sql = database.sql("""
                insert into daybook.sensitive_attributes (entity_type, attribute_name, declared_at)
                values (?, ?, current_timestamp)
                """);
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, entityType);
            insert.setString(2, name);
            insert.executeUpdate();
        } catch (SQLException e) {
            // Another process was first.
            if (!SqlStates.isDuplicateKey(e)) {
                throw e;
            }
        }
    }

    /** What is sensitive: entity type to names, both in order; empty = nothing. @throws DatabaseFailure if the database cannot say */
    public Map<EntityType, SortedSet<String>> all() {
        String sql = database.sql("""
                select entity_type, attribute_name
                from daybook.sensitive_attributes
                """);
        return database.call("Reading what is sensitive", c -> {
            Map<EntityType, SortedSet<String>> all =
                    new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
            try (PreparedStatement query = c.prepareStatement(sql);
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    all.computeIfAbsent(new EntityType(rows.getString(1)), type -> new TreeSet<>())
                            .add(rows.getString(2));
                }
            }
            return all;
        });
    }

    /** The names of the sensitive attributes of that type, in order. @throws DatabaseFailure if the database cannot say */
    public SortedSet<String> of(EntityType type) {
        return all().getOrDefault(type, new TreeSet<>());
    }

    /** For showing events and states: what is declared now. @throws DatabaseFailure if the database cannot say */
    public Redaction redaction() {
        return new Redaction(all());
    }

    /**
     * What failed with events of these types, for logs and tables: as it is, or without its messages, which may quote values, if one of the types has
     * sensitive attributes, or nobody can say.
     */
    public Throwable shown(Throwable failure, Collection<EntityType> types) {
        if (failure instanceof FailureWithoutMessage) {
            return failure;
        }
        try {
            Set<EntityType> sensitive = all().keySet();
            return types.stream().anyMatch(sensitive::contains) ? withoutMessages(failure) : failure;
        } catch (DatabaseFailure e) {
            return withoutMessages(failure);
        }
    }

    /** What failed, for logs of those who know no daybook to ask: what it was and where it happened, without its messages. */
    public static Throwable withoutMessages(Throwable failure) {
        return new FailureWithoutMessage(failure, 0);
    }
}
