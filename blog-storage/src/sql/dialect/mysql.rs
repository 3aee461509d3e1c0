//! MySQL's words, in the part that MariaDB shares.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;

use super::{Dialect, Meaning};
use crate::sql::migrate::Migration;
use crate::sql::posts::text;
use crate::sql::retry::Undone;

pub(in crate::sql) const MYSQL: Dialect = Dialect {
    backend: "mysql",
    migration: |step: &Migration| step.mysql,
    has_migrations: "SELECT 1 FROM information_schema.tables \
        WHERE table_schema = DATABASE() AND table_name = 'blog_migrations'",
    has_column: "SELECT 1 FROM information_schema.columns \
        WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?",
    // `IGNORE` makes warnings of other errors too, so it stands only where no text of anybody is stored.
    insert_like: "INSERT IGNORE INTO blog_likes (post, liker, liked_at) VALUES (?, ?, ?)",
    insert_view: "INSERT IGNORE INTO blog_views (day, visitor, post) \
        SELECT ?, ?, id FROM blog_posts WHERE id = ?",
    insert_salt: "INSERT IGNORE INTO blog_salts (day, salt) VALUES (?, ?)",
    put_limit: "REPLACE INTO blog_limits (name, full_at) VALUES (?, ?)",
    insert_object: "INSERT INTO blog_objects (bucket, object_key, id, object_version, bytes, etag, \
        content_type, owner, first_seen, last_seen, sequencer, sequence, present, expires_at) \
        SELECT n.* FROM (SELECT ? AS bucket, ? AS object_key, ? AS id, ? AS object_version, ? AS bytes, ? AS etag, \
        ? AS content_type, ? AS owner, ? AS first_seen, ? AS last_seen, ? AS sequencer, ? AS sequence, \
        ? AS present, ? AS expires_at) n WHERE NOT EXISTS \
        (SELECT 1 FROM blog_objects o WHERE o.bucket = n.bucket AND o.object_key = n.object_key)",
    insert_month: "INSERT IGNORE INTO blog_archive (month, posts) VALUES (?, 0)",
    insert_tag: "INSERT IGNORE INTO blog_tags (tag, posts) VALUES (?, 0)",
    index_post: "INSERT INTO blog_post_search (terms, post) VALUES (?, ?)",
    unindex_post: "DELETE FROM blog_post_search WHERE post = ?",
    search_listed: text::listed!(
        "blog_post_search s JOIN blog_posts p ON p.id = s.post",
        "MATCH (s.terms) AGAINST (? IN BOOLEAN MODE)",
        "p.listed",
        "p.published_at",
        "p.id"
    ),
    search_ruled: text::ruled!(
        "blog_post_search s JOIN blog_posts p ON p.id = s.post",
        "MATCH (s.terms) AGAINST (? IN BOOLEAN MODE)",
        "p.updated_at",
        "p.id"
    ),
    match_all: boolean_query,
    meaning,
};

/// Every term, each required. Marks split a term, as they split the indexed text: in a boolean query they are operators.
fn boolean_query(terms: &[String]) -> Option<String> {
    let mut query = String::new();
    let words = terms
        .iter()
        .flat_map(|term| term.split(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| !word.is_empty());
    for word in words {
        if !query.is_empty() {
            query.push(' ');
        }
        query.push('+');
        query.push_str(word);
    }
    (!query.is_empty()).then_some(query)
}

/// The server's number of an error; 0 where it has none.
pub(in crate::sql) fn number(error: &dyn DatabaseError) -> u16 {
    error
        .try_downcast_ref::<MySqlDatabaseError>()
        .map_or(0, MySqlDatabaseError::number)
}

fn number_of(error: &sqlx::Error) -> u16 {
    match error {
        sqlx::Error::Database(database) => number(database.as_ref()),
        _ => 0,
    }
}

/// Whether an error says that its connection is of no more use: the driver's own, or that the server ends it (it shuts
/// down, somebody killed it, it lay idle).
pub(in crate::sql) fn is_lost(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed
    ) || matches!(
        number_of(error),
        1053 | 1077..=1080 | 1152 | 1158..=1161 | 1184 | 1317 | 1927 | 2006 | 2013 | 3169 | 4031
    )
}

/// Whether an error says that the server takes no writes: `--read-only`, InnoDB's read-only mode, a read-only
/// transaction.
pub(in crate::sql) fn is_read_only(error: &sqlx::Error) -> bool {
    matches!(number_of(error), 1290 | 1836 | 1792)
}

/// By the numbers of <https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html>.
fn meaning(error: &sqlx::Error) -> Meaning {
    if is_read_only(error) {
        return Meaning::Undone(Undone::ReadOnly);
    }
    if is_lost(error) {
        return Meaning::Undone(Undone::Lost);
    }
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Meaning::Busy,
        sqlx::Error::Database(database) => match number(database.as_ref()) {
            1022 | 1062 | 1169 | 1586 | 1859 => Meaning::Unique(key(database.message()).to_owned()),
            // No room: on the disk, in the table space, for a temporary table.
            1021 | 1114 | 1135 | 3675 => Meaning::Full,
            1205 | 1213 => Meaning::Undone(Undone::Contended),
            // Too many connections: of all, of this user.
            1040 | 1203 | 1226 => Meaning::Busy,
            _ => Meaning::Other,
        },
        _ => Meaning::Other,
    }
}

/// The violated key at the end of a message; before it stands what somebody wrote.
fn key(message: &str) -> &str {
    message
        .rsplit_once("for key ")
        .map_or("", |(_, key)| key.trim_matches('\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_of_a_message_is_believed() {
        let mariadb = "Duplicate entry 'for key 'blog_slugs'' for key 'blog_users_username'";
        assert_eq!(key(mariadb), "blog_users_username");
        let mysql = "Duplicate entry 'ada' for key 'blog_users.blog_users_username'";
        assert_eq!(key(mysql), "blog_users.blog_users_username");
        assert_eq!(key("something else"), "");
    }

    #[test]
    fn terms_are_required_words_and_no_operators() {
        let terms = |words: &[&str]| {
            boolean_query(
                &words
                    .iter()
                    .map(|&word| word.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(terms(&["zwferry", "zwtea"]).unwrap(), "+zwferry +zwtea");
        assert_eq!(terms(&["-zw+a*", "\"(~@"]).unwrap(), "+zw +a");
        assert_eq!(terms(&["*", ""]), None);
    }
}
