//! MySQL (MariaDB here): what a server adds to the contract.

mod contention;
mod outages;
mod own;
mod proxy;
pub(crate) mod server;
mod writes;

use blog_core::conformance;
use blog_storage::{Urls, connect};

use server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mysql_and_files_keep_the_contract() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database().await;
    let folder = tempfile::tempdir().unwrap();
    let media = folder.path().join("media");
    let urls = Urls::new(database.url(), format!("file:{}", media.display()));
    let stores = connect(&urls).await.unwrap();
    stores.migrate().await.unwrap();
    let report = conformance::run(&stores.backend).await;
    println!("MySQL and files\n{report}");
    report.assert_ok();
    stores.close().await;
    database.drop().await;
}
