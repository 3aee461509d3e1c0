//! A real server, and a database of its own for each test.

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, MySqlConnection};
use uuid::Uuid;

/// A server that tests share.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
}

impl Server {
    /// The server of `BLOG_TEST_MYSQL_PORT`, where root needs no password; `None` where there is none and none is required.
    pub(crate) fn shared() -> Option<Self> {
        match std::env::var("BLOG_TEST_MYSQL_PORT") {
            Ok(port) => Some(Self {
                port: port.parse().expect("BLOG_TEST_MYSQL_PORT is a port"),
            }),
            Err(_) if std::env::var_os("BLOG_TEST_REQUIRE").is_some() => {
                panic!("there is no MySQL server: BLOG_TEST_MYSQL_PORT is not set")
            }
            Err(_) => {
                println!("left out: there is no MySQL server (BLOG_TEST_MYSQL_PORT)");
                None
            }
        }
    }

    /// A connection past the store.
    pub(crate) async fn raw(&self, database: Option<&str>) -> MySqlConnection {
        let options = MySqlConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .username("root")
            .ssl_mode(MySqlSslMode::Disabled);
        let options = match database {
            Some(name) => options.database(name),
            None => options,
        };
        options.connect().await.expect("the server answers")
    }

    /// A new, empty database.
    pub(crate) async fn database(&self) -> Database {
        let name = format!("blog_{}", Uuid::now_v7().simple());
        let mut raw = self.raw(None).await;
        raw.execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .expect("a database");
        raw.close().await.expect("it closes");
        Database {
            server: self.clone(),
            name,
        }
    }
}

/// A test's own database.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) server: Server,
    pub(crate) name: String,
}

impl Database {
    pub(crate) fn url(&self) -> String {
        self.url_as("root", self.server.port)
    }

    /// For another user, or by way of another port.
    pub(crate) fn url_as(&self, user: &str, port: u16) -> String {
        format!(
            "mysql://{user}@127.0.0.1:{port}/{}?ssl-mode=DISABLED",
            self.name
        )
    }

    pub(crate) async fn raw(&self) -> MySqlConnection {
        self.server.raw(Some(&self.name)).await
    }

    pub(crate) async fn drop(self) {
        let mut raw = self.server.raw(None).await;
        raw.execute(AssertSqlSafe(format!("DROP DATABASE {}", self.name)))
            .await
            .expect("it goes");
    }
}
