//! A database of MySQL, on the server that `.ci/servers` starts.

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::bucket::{unique, variable};

/// A new database in MySQL; `None` where there is no server and none is required.
pub(crate) async fn new() -> Option<Vec<(&'static str, String)>> {
    let port: u16 = variable("BLOG_TEST_MYSQL_PORT")?.parse().expect("a port");
    let options = MySqlConnectOptions::new()
        .host("127.0.0.1")
        .port(port)
        .username("root")
        .ssl_mode(MySqlSslMode::Disabled);
    let name = unique().replace('-', "_");
    let mut raw = MySqlConnection::connect_with(&options)
        .await
        .expect("the server answers");
    raw.execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .expect("a database");
    raw.close().await.expect("it closes");
    let url = format!("mysql://root@127.0.0.1:{port}/{name}?ssl-mode=DISABLED");
    Some(vec![("BLOG_DATABASE_URL", url)])
}
