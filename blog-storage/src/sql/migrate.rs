//! The schema: numbered files of statements that may run again, each run once, under a lock.
//!
//! The schema carries the oldest binary that can use it. A binary is known by the last migration it has; it refuses
//! only a schema that says it needs a newer one, so two versions can run side by side while one replaces the other.

use std::pin::Pin;

use blog_core::error::{Error, Result};

use super::args::args;
use super::db::{Db, Tx};
use super::{audit, catalog, posts};

/// A step of the schema.
#[derive(Debug)]
pub(super) struct Migration {
    number: i64,
    name: &'static str,
    /// The last migration that a binary must know to use the schema from this step on. It is this step's own number
    /// where older binaries would do harm, and an earlier one where they only miss something.
    oldest_binary: i64,
    /// The statements, in the words of each database.
    #[cfg(feature = "sqlite")]
    pub(super) sqlite: &'static str,
    #[cfg(feature = "mysql")]
    pub(super) mysql: &'static str,
    /// Fills what the statements made and no statement can fill; may run again.
    fill: Option<Fill>,
}

type Fill =
    for<'a, 'db> fn(&'a mut Tx<'db>) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

macro_rules! migrations {
    ($($number:literal $name:literal oldest $oldest:literal $(then $fill:path)?;)*) => {
        &[$(Migration {
            number: $number,
            name: $name,
            oldest_binary: $oldest,
            #[cfg(feature = "sqlite")]
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            #[cfg(feature = "mysql")]
            mysql: include_str!(concat!("../../migrations/mysql/", $name, ".sql")),
            fill: migrations!(@fill $($fill)?),
        }),*]
    };
    (@fill) => { None };
    (@fill $fill:path) => { Some(|tx| Box::pin($fill(tx))) };
}

const MIGRATIONS: &[Migration] = migrations! {
    1 "0001_site" oldest 1;
    2 "0002_users" oldest 2;
    3 "0003_sessions" oldest 3;
    4 "0004_media" oldest 4;
    5 "0005_posts" oldest 5;
    6 "0006_search" oldest 6;
    7 "0007_comments" oldest 7;
    8 "0008_engagement" oldest 8;
    9 "0009_effects" oldest 9;
    10 "0010_limits" oldest 10;
    11 "0011_objects" oldest 11;
    12 "0012_settings" oldest 11;
    13 "0013_pages" oldest 11;
    14 "0014_autosaves" oldest 11;
    15 "0015_preview_links" oldest 11;
    16 "0016_media_facts" oldest 11 then catalog::index_items;
    17 "0017_archive" oldest 17 then posts::count_all;
    18 "0018_copies" oldest 18;
    19 "0019_renderer" oldest 17;
    25 "0025_token_email" oldest 17;
    26 "0026_media_places" oldest 17;
    27 "0027_runs" oldest 17;
    30 "0030_audit_chain" oldest 30 then audit::take_over;
    31 "0031_suspensions" oldest 30;
    32 "0032_comment_queue" oldest 30;
    33 "0033_invitations" oldest 30;
    34 "0034_erasure" oldest 30;
    35 "0035_second_factors" oldest 35;
    36 "0036_waiting" oldest 36;
    37 "0037_exports" oldest 30;
};

/// The last migration that this binary knows.
const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].number;

/// Why a database cannot be used as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A newer version of the program changed the schema in a way that this one cannot work with.
    #[error(
        "the database was changed by a newer version of this program: its schema needs a program that knows \
         migration {needs}, and this one knows {knows}; use the newer program"
    )]
    TooNew {
        /// The migration that a program must know.
        needs: i64,
        /// The last migration that this program knows.
        knows: i64,
    },
    /// Migrations are missing.
    #[error(
        "the database's schema is at migration {at} and this program needs {needs}; run the migrations first"
    )]
    Behind {
        /// The last migration that was run; 0 in an empty database.
        at: i64,
        /// The last migration that this program knows.
        needs: i64,
    },
}

impl SchemaError {
    fn error(self, db: &Db) -> Error {
        Error::Unavailable {
            backend: db.dialect().backend,
            retryable: false,
            source: self.into(),
        }
    }
}

/// What the database says of its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Schema {
    /// The last migration before the first missing one.
    at: i64,
    /// Whether no migration of this binary is missing.
    complete: bool,
    oldest_binary: i64,
}

impl Schema {
    /// By the numbers and oldest binaries of the migrations that were run. Branches of the program land in any order,
    /// so a greater number does not say that the smaller ones were run.
    fn of(rows: &[(i64, i64)]) -> Self {
        let ran = |number| rows.iter().any(|(known, _)| *known == number);
        let numbers = || MIGRATIONS.iter().map(|migration| migration.number);
        Self {
            at: numbers()
                .take_while(|number| ran(*number))
                .last()
                .unwrap_or(0),
            complete: numbers().all(ran),
            oldest_binary: rows.iter().map(|(_, oldest)| *oldest).max().unwrap_or(0),
        }
    }
}

const SCHEMA: &str = "SELECT number, oldest_binary FROM blog_migrations";

async fn schema(db: &Db) -> Result<Schema> {
    let exists: Option<(i64,)> = db.one(db.dialect().has_migrations, args![]).await?;
    if exists.is_none() {
        return Ok(Schema::of(&[]));
    }
    let rows: Vec<(i64, i64)> = db.all(SCHEMA, args![]).await?;
    Ok(Schema::of(&rows))
}

/// Fails with [`SchemaError::TooNew`] when the schema needs a newer binary; says whether no migration is missing.
pub(super) async fn check(db: &Db) -> Result<bool> {
    let schema = schema(db).await?;
    refuse_newer(db, schema)?;
    Ok(schema.complete)
}

/// Fails with either [`SchemaError`] unless the schema can be used as it is.
pub(super) async fn require(db: &Db) -> Result<()> {
    let schema = schema(db).await?;
    refuse_newer(db, schema)?;
    if !schema.complete {
        let behind = SchemaError::Behind {
            at: schema.at,
            needs: NEWEST,
        };
        return Err(behind.error(db));
    }
    Ok(())
}

fn refuse_newer(db: &Db, schema: Schema) -> Result<()> {
    if schema.oldest_binary > NEWEST {
        let newer = SchemaError::TooNew {
            needs: schema.oldest_binary,
            knows: NEWEST,
        };
        return Err(newer.error(db));
    }
    Ok(())
}

/// Runs the migrations that are missing.
pub(super) async fn run(db: &Db) -> Result<()> {
    if check(db).await? {
        return Ok(());
    }
    let _alone = db.schema_lock().await?;
    for migration in MIGRATIONS {
        let mut tx = db.begin_step().await?;
        // One process at a time is here. What another did while this one waited is seen here.
        if ran(&mut tx, migration).await? {
            continue;
        }
        for statement in statements((db.dialect().migration)(migration)) {
            if !has_column(&mut tx, statement).await? {
                tx.run_once(statement).await?;
            }
        }
        if let Some(fill) = migration.fill {
            fill(&mut tx).await?;
        }
        tx.run(
            "INSERT INTO blog_migrations (number, name, oldest_binary) VALUES (?, ?, ?)",
            args![migration.number, migration.name, migration.oldest_binary],
        )
        .await?;
        tx.commit().await?;
        tracing::info!(
            number = migration.number,
            "migration {} ran",
            migration.name
        );
    }
    Ok(())
}

async fn ran(tx: &mut Tx<'_>, migration: &Migration) -> Result<bool> {
    tx.run_once(
        "CREATE TABLE IF NOT EXISTS blog_migrations (number INTEGER NOT NULL PRIMARY KEY, \
         name VARCHAR(100) NOT NULL, oldest_binary INTEGER NOT NULL)",
    )
    .await?;
    tx.any(
        "SELECT 1 FROM blog_migrations WHERE number = ?",
        args![migration.number],
    )
    .await
}

/// The table and the column of a statement that adds one.
fn added_column(statement: &str) -> Option<(&str, &str)> {
    let mut lines = statement.lines();
    let line = lines.find(|line| !line.trim_start().starts_with("--"))?;
    let rest = line.strip_prefix("ALTER TABLE ")?;
    let (table, rest) = rest.split_once(" ADD COLUMN ")?;
    Some((table, rest.split_whitespace().next()?))
}

/// Whether a statement adds a column that is there already: it has no `IF NOT EXISTS` of its own.
async fn has_column(tx: &mut Tx<'_>, statement: &'static str) -> Result<bool> {
    match added_column(statement) {
        Some((table, column)) => tx.any(tx.dialect().has_column, args![table, column]).await,
        None => Ok(false),
    }
}

/// The statements of a file. One ends with a semicolon at the end of a line; the files have no triggers and no texts
/// that hold such a line.
fn statements(file: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = file;
    std::iter::from_fn(move || {
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            end += line.len();
            if !line.trim_start().starts_with("--") && line.trim_end().ends_with(';') {
                break;
            }
        }
        let (statement, behind) = rest.split_at(end);
        rest = behind;
        let statement = statement.trim();
        (!statement.is_empty()).then_some(statement)
    })
    .filter(|statement| {
        let mut lines = statement.lines();
        lines.any(|line| !line.trim_start().starts_with("--"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_split_at_line_ends_only() {
        let file = "-- a; comment;\nCREATE TABLE a (\n  b TEXT DEFAULT ';' , c INTEGER\n);\n\nINSERT INTO a;\n";
        let split: Vec<&str> = statements(file).collect();
        assert_eq!(split.len(), 2, "{split:?}");
        assert!(split[0].ends_with(");"), "{split:?}");
        assert_eq!(split[1], "INSERT INTO a;");
    }

    #[test]
    fn a_schema_is_complete_when_every_migration_ran() {
        let all: Vec<(i64, i64)> = MIGRATIONS
            .iter()
            .map(|migration| (migration.number, migration.oldest_binary))
            .collect();
        let whole = Schema::of(&all);
        assert!(whole.complete);
        assert_eq!(whole.at, NEWEST);
        let mut gap = all.clone();
        gap.remove(3);
        gap.push((9999, 1));
        let schema = Schema::of(&gap);
        assert!(!schema.complete);
        assert_eq!(schema.at, 3);
        assert_eq!(Schema::of(&[]).at, 0);
    }

    #[test]
    fn migrations_are_in_order_and_may_run_again() {
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|step| step.number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        for migration in MIGRATIONS {
            assert!(
                migration
                    .name
                    .starts_with(&format!("{:04}_", migration.number))
            );
            assert!(migration.oldest_binary <= migration.number);
            let texts = [
                #[cfg(feature = "sqlite")]
                migration.sqlite,
                #[cfg(feature = "mysql")]
                migration.mysql,
            ];
            for statement in texts.into_iter().flat_map(statements) {
                let text: String = statement
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("--"))
                    .collect();
                assert!(
                    text.contains("IF NOT EXISTS")
                        || text.starts_with("INSERT OR IGNORE")
                        || text.starts_with("INSERT IGNORE")
                        || added_column(&text).is_some(),
                    "{}: {text}",
                    migration.name
                );
                assert_eq!(text.matches(';').count(), 1, "{}: {text}", migration.name);
            }
        }
    }
}
