//! MySQL and MariaDB: connecting, transactions whose outcome is known, and connections that are given up in time.
//!
//! Writers wait for each other at one row, as they do in SQLite, so no write sees half of another and two of ours never
//! deadlock. That row also numbers the writes: each leaves its operation in a ring of [`RING`] places, so that after a
//! connection lost in the middle of a commit the store can look whether the write was made.

use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use blog_core::error::{Error, Result};
use sqlx::mysql::{
    MySql, MySqlConnectOptions, MySqlConnection, MySqlPool, MySqlPoolOptions, MySqlSslMode,
};
use sqlx::pool::PoolConnection;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use uuid::Uuid;

use super::db::Db;
use super::dialect::mysql::{is_lost, is_read_only};

/// How long a caller waits for a connection.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a statement may take; then its connection is given up, since a server that went away without a word would
/// keep it for ever.
const STATEMENT: Duration = Duration::from_secs(10);
/// How long another process may change the schema while this one waits.
const SCHEMA: Duration = Duration::from_secs(60);
/// How many connections there are unless the URL says otherwise.
const CONNECTIONS: u32 = 10;
/// Prepared statements a connection keeps: more than the store has texts, so that none is prepared twice.
const STATEMENTS: usize = 256;
/// How long a connection lives, so that all of them come to know a server that took another's place.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// A connection that lay idle for longer is asked whether it still works before it is used.
const FRESH: Duration = Duration::from_secs(1);
/// How many writes are remembered. An outcome is looked up within seconds, and no server makes as many writes by then.
const RING: u64 = 65_536;
/// How often an outcome is looked up while the server cannot be asked.
const LOOKS: u32 = 10;

/// What every connection is told first. `READ COMMITTED`: whoever waited for the writers' row sees what was written
/// meanwhile. Strict: a text that is too long is refused, not cut.
const SESSION: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
     SESSION innodb_lock_wait_timeout = 2, SESSION time_zone = '+00:00', \
     NAMES utf8mb4 COLLATE utf8mb4_bin";
const ISOLATION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// Why a URL or a server cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(
        "the URL names no database; write mysql://USER:PASSWORD@HOST/DATABASE (a password's own @ : / as %40 %3A %2F)"
    )]
    Url(#[source] Option<sqlx::Error>),
    #[error(
        "the URL's option \"{0}\" is not known; there are ssl-mode, ssl-ca, ssl-cert, ssl-key, socket and pool"
    )]
    Option(String),
    #[error(
        "ssl-mode={0} would go on in plain text unasked; write DISABLED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY"
    )]
    Plain(String),
    #[error("pool={0} is no number of connections from 1 to 1000")]
    Pool(String),
    #[error("{place} refuses the user name or password of the URL")]
    Credentials { place: String, source: sqlx::Error },
    #[error(
        "{place} does not let this user into the database; as an administrator run GRANT ALL ON it TO the user"
    )]
    Rights { place: String, source: sqlx::Error },
    #[error(
        "{place} has no such database; create it with CREATE DATABASE name CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    )]
    Database { place: String, source: sqlx::Error },
    #[error(
        "{place} cannot be trusted: its certificate is not the host's or not signed by a known authority; name the \
         authority's file with ssl-ca, or on a network of your own write ssl-mode=DISABLED"
    )]
    Certificate { place: String, source: sqlx::Error },
    #[error(
        "{place} speaks no TLS; turn it on there (ssl_cert and ssl_key), or on a network of your own write \
         ssl-mode=DISABLED"
    )]
    NoTls { place: String, source: sqlx::Error },
    #[error(
        "{place} cannot be reached; look whether it runs, at this address, and lets this machine in"
    )]
    Unreachable {
        place: String,
        source: Option<sqlx::Error>,
    },
    #[error("{place} does not take the connection")]
    Other { place: String, source: sqlx::Error },
}

impl Refused {
    fn of(place: String, source: sqlx::Error) -> Self {
        let number = match &source {
            sqlx::Error::Database(database) => super::dialect::mysql::number(database.as_ref()),
            _ => 0,
        };
        match (&source, number) {
            (_, 1045 | 1698) => Self::Credentials { place, source },
            (_, 1044) => Self::Rights { place, source },
            (_, 1049) => Self::Database { place, source },
            (sqlx::Error::Tls(why), _) if why.to_string().contains("does not support TLS") => {
                Self::NoTls { place, source }
            }
            (sqlx::Error::Tls(_), _) => Self::Certificate { place, source },
            (sqlx::Error::Io(_), _) => Self::Unreachable {
                place,
                source: Some(source),
            },
            _ => Self::Other { place, source },
        }
    }

    fn error(self) -> Error {
        Error::Unavailable {
            backend: "mysql",
            retryable: false,
            source: self.into(),
        }
    }
}

/// Connects to the server of a URL.
pub(super) async fn open(url: &str) -> Result<Db> {
    let (options, size) = options(url).map_err(Refused::error)?;
    let place = match options.get_socket() {
        Some(socket) => format!("MySQL at {}", socket.display()),
        None => format!("MySQL at {}:{}", options.get_host(), options.get_port()),
    };
    // By itself, not through the pool, which would say only that nothing came in time.
    match tokio::time::timeout(STATEMENT, MySqlConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => {
            // Only its being there was asked for; the server sees to the rest.
            let _ = connection.close().await;
        }
        Ok(Err(error)) => return Err(Refused::of(place, error).error()),
        Err(_) => {
            return Err(Refused::Unreachable {
                place,
                source: None,
            }
            .error());
        }
    }
    let server = Server::new(options, size);
    Ok(Db::mysql(server))
}

/// The URL's server, and how many connections it may have.
fn options(url: &str) -> std::result::Result<(MySqlConnectOptions, u32), Refused> {
    let mut size = CONNECTIONS;
    let mut verify = true;
    let query = url.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            "ssl-mode" => {
                let known = ["DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"];
                if !known.contains(&value.to_ascii_uppercase().as_str()) {
                    return Err(Refused::Plain(value.to_owned()));
                }
                verify = false;
            }
            "ssl-ca" | "ssl-cert" | "ssl-key" | "socket" => {}
            "pool" => {
                size = value
                    .parse()
                    .ok()
                    .filter(|size| (1..=1000).contains(size))
                    .ok_or_else(|| Refused::Pool(value.to_owned()))?;
            }
            other => return Err(Refused::Option(other.to_owned())),
        }
    }
    let mut options =
        MySqlConnectOptions::from_str(url).map_err(|error| Refused::Url(Some(error)))?;
    if options.get_database().is_none_or(str::is_empty) {
        return Err(Refused::Url(None));
    }
    if verify && options.get_socket().is_none() {
        options = options.ssl_mode(MySqlSslMode::VerifyIdentity);
    }
    let options = options
        .statement_cache_capacity(STATEMENTS)
        // All of this stands in `SESSION`.
        .set_names(false)
        .timezone(None)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        // Every statement is logged once, by `Db`, in the caller's span.
        .disable_statement_logging();
    Ok((options, size))
}

/// The connections to a server.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pool: MySqlPool,
    /// When a connection was last told that its server takes no writes: what was opened before is not used again.
    turned: Arc<Mutex<Option<Instant>>>,
}

impl Server {
    fn new(options: MySqlConnectOptions, size: u32) -> Self {
        let turned = Arc::new(Mutex::new(None::<Instant>));
        let seen = Arc::clone(&turned);
        let pool = MySqlPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(PATIENCE)
            .max_lifetime(LIFETIME)
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(SESSION).await?;
                    connection.execute(ISOLATION).await?;
                    Ok(())
                })
            })
            .before_acquire(move |connection, known| {
                let turned = *seen.lock().unwrap_or_else(PoisonError::into_inner);
                let old = turned.is_some_and(|turned| turned.elapsed() <= known.age);
                Box::pin(async move {
                    if old {
                        return Ok(false);
                    }
                    Ok(known.idle_for < FRESH || connection.ping().await.is_ok())
                })
            })
            .connect_lazy_with(options);
        Self { pool, turned }
    }

    /// A connection that reads.
    pub(super) async fn acquire(&self) -> sqlx::Result<PoolConnection<MySql>> {
        self.pool.acquire().await
    }

    /// Opens a transaction that waits for no other.
    pub(super) async fn begin_alone(&self) -> sqlx::Result<Transaction> {
        let connection = self.acquire().await?;
        let mut transaction = Transaction {
            connection: Some(connection),
            broken: false,
            server: self.clone(),
            operation: None,
        };
        let begun = in_time(transaction.connection().execute("BEGIN")).await;
        transaction.noted(begun)?;
        Ok(transaction)
    }

    /// Opens a transaction that writes, waits until it is the only one, and notes which it is.
    pub(super) async fn begin(&self) -> sqlx::Result<Transaction> {
        let mut transaction = self.begin_alone().await?;
        let id = Uuid::now_v7();
        let turn = in_time(
            sqlx::query("UPDATE blog_writer SET number = LAST_INSERT_ID(number + 1) WHERE id = 1")
                .execute(transaction.connection()),
        )
        .await;
        let number = transaction.noted(turn)?.last_insert_id();
        let slot = i64::try_from(number % RING).unwrap_or(0);
        let noted = in_time(
            sqlx::query("REPLACE INTO blog_operations (slot, id) VALUES (?, ?)")
                .bind(slot)
                .bind(id)
                .execute(transaction.connection()),
        )
        .await;
        transaction.noted(noted)?;
        transaction.operation = Some(Operation { slot, id });
        Ok(transaction)
    }

    /// Waits for the schema's lock, which ends with its connection.
    pub(super) async fn schema_lock(&self) -> sqlx::Result<Held> {
        let mut connection = self.acquire().await?;
        connection.close_on_drop();
        let asked = sqlx::query_scalar::<_, Option<i64>>(
            "SELECT GET_LOCK(LEFT(CONCAT('blog_schema.', DATABASE()), 64), ?)",
        )
        .bind(i64::try_from(SCHEMA.as_secs()).unwrap_or(60))
        .fetch_one(&mut *connection);
        let got = tokio::time::timeout(SCHEMA + STATEMENT, asked)
            .await
            .map_err(|_| too_slow())??;
        if got != Some(1) {
            return Err(too_slow());
        }
        Ok(Held {
            _connection: connection,
        })
    }

    /// Whether a write whose commit was not answered was made. The row that all writers wait at is asked for first, so
    /// that the answer is not given while the server still decides.
    async fn was_made(&self, operation: Operation) -> sqlx::Result<bool> {
        let mut look = 1;
        loop {
            let error = match self.look_up(operation).await {
                Ok(made) => return Ok(made),
                Err(error) => error,
            };
            if look == LOOKS {
                return Err(error);
            }
            look += 1;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn look_up(&self, operation: Operation) -> sqlx::Result<bool> {
        let mut look = self.begin_alone().await?;
        let turn = in_time(
            sqlx::query("SELECT number FROM blog_writer WHERE id = 1 FOR UPDATE")
                .execute(look.connection()),
        )
        .await;
        look.noted(turn)?;
        let found = in_time(
            sqlx::query_scalar::<_, Uuid>("SELECT id FROM blog_operations WHERE slot = ?")
                .bind(operation.slot)
                .fetch_optional(look.connection()),
        )
        .await;
        Ok(look.noted(found)? == Some(operation.id))
    }

    fn turn_away(&self) {
        *self.turned.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Held while the schema is changed.
#[derive(Debug)]
pub(super) struct Held {
    _connection: PoolConnection<MySql>,
}

/// Which write a transaction is.
#[derive(Debug, Clone, Copy)]
struct Operation {
    slot: i64,
    id: Uuid,
}

/// Why a commit failed.
#[derive(Debug)]
pub(super) enum Uncommitted {
    /// Nothing was written.
    Undone(sqlx::Error),
    /// The server did not answer, and could not be asked afterwards.
    Unknown(sqlx::Error),
}

/// The server was lost while it was told to make a write lasting, and could not be asked afterwards.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database was lost in the middle of a write, so it is not known whether the write was made; look before you repeat it"
)]
pub(super) struct Unknown(#[source] pub(super) sqlx::Error);

/// An open transaction; rolled back when it is dropped.
#[derive(Debug)]
pub(super) struct Transaction {
    /// There until the end.
    connection: Option<PoolConnection<MySql>>,
    /// Whether the connection is of no more use.
    broken: bool,
    server: Server,
    operation: Option<Operation>,
}

impl Transaction {
    pub(super) fn connection(&mut self) -> &mut MySqlConnection {
        self.connection
            .as_mut()
            .expect("only ending takes the connection away")
    }

    /// Looks whether an answer says that the connection is of no more use.
    pub(super) fn noted<T>(&mut self, answer: sqlx::Result<T>) -> sqlx::Result<T> {
        if let Err(error) = &answer {
            self.broken |= is_lost(error);
            if is_read_only(error) {
                self.server.turn_away();
                self.broken = true;
            }
        }
        answer
    }

    pub(super) async fn commit(mut self) -> std::result::Result<(), Uncommitted> {
        let done = in_time(self.connection().execute("COMMIT")).await;
        let error = match self.noted(done) {
            Ok(_) => {
                // Back into the pool.
                self.connection.take();
                return Ok(());
            }
            Err(error) => error,
        };
        let Some(operation) = self.operation.filter(|_| is_lost(&error)) else {
            return Err(Uncommitted::Undone(error));
        };
        let server = self.server.clone();
        drop(self);
        match server.was_made(operation).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Uncommitted::Undone(error)),
            Err(_) => Err(Uncommitted::Unknown(error)),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let runtime = tokio::runtime::Handle::try_current();
        match runtime {
            Ok(runtime) if !self.broken => {
                runtime.spawn(async move {
                    if in_time(connection.execute("ROLLBACK")).await.is_err() {
                        connection.close_on_drop();
                    }
                });
            }
            // Closing ends the transaction too.
            _ => connection.close_on_drop(),
        }
    }
}

fn too_slow() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(
        std::io::ErrorKind::TimedOut,
        "the server did not answer in time",
    ))
}

/// What a future of the driver answers, or that it took too long.
pub(super) async fn in_time<T>(asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    match tokio::time::timeout(STATEMENT, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(too_slow()),
    }
}

/// Whether a question that failed may be asked once more: its connection was lost, and not after a long wait.
pub(super) fn may_ask_again(error: &sqlx::Error) -> bool {
    let waited =
        matches!(error, sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut);
    is_lost(error) && !waited
}

/// Asks on a connection of the pool; what was asked on one that turns out to be lost is asked again on another.
macro_rules! read {
    ($server:expr, $connection:ident => $body:expr) => {{
        let mut tries = 0;
        loop {
            let mut lent = match $server.acquire().await {
                Ok(lent) => lent,
                Err(error) => break Err(error),
            };
            let answer = {
                let $connection = &mut *lent;
                $crate::sql::mysql::in_time($body).await
            };
            if let Err(error) = &answer
                && $crate::sql::dialect::mysql::is_lost(error)
            {
                lent.close_on_drop();
                tries += 1;
                if tries < 3 && $crate::sql::mysql::may_ask_again(error) {
                    continue;
                }
            }
            break answer;
        }
    }};
}
pub(super) use read;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        options(url).expect_err(url).to_string()
    }

    #[test]
    fn tls_is_verified_unless_the_url_says_otherwise() {
        let mode = |url: &str| options(url).unwrap().0.get_ssl_mode();
        assert!(matches!(
            mode("mysql://ada@db/blog"),
            MySqlSslMode::VerifyIdentity
        ));
        assert!(matches!(
            mode("mysql://ada@db/blog?pool=3"),
            MySqlSslMode::VerifyIdentity
        ));
        assert!(matches!(
            mode("mysql://ada@db/blog?ssl-mode=DISABLED"),
            MySqlSslMode::Disabled
        ));
        assert!(refused("mysql://ada@db/blog?ssl-mode=PREFERRED").contains("plain text unasked"));
        assert!(refused("mysql://ada@db/blog?ssl-mode=").contains("plain text unasked"));
    }

    #[test]
    fn a_url_that_names_no_database_is_refused_in_one_sentence() {
        assert!(refused("mysql://ada:secret@db").contains("names no database"));
        assert!(refused("mysql://ada:secret@db/").contains("names no database"));
        assert!(refused("mysql://ada@db/blog?pool=0").contains("1 to 1000"));
        assert!(refused("mysql://ada@db/blog?charset=latin1").contains("\"charset\""));
        for url in ["mysql://ada:secret@db", "mysql://ada:secret@db/x?pool=x"] {
            assert!(!refused(url).contains("secret"), "{url}");
        }
        assert_eq!(options("mysql://ada@db/blog?pool=7").unwrap().1, 7);
        assert_eq!(options("mysql://ada@db/blog").unwrap().1, CONNECTIONS);
    }
}
