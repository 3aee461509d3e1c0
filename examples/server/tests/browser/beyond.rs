//! Stores beyond this machine, as `.ci/servers` starts them: MySQL, S3 and DynamoDB.

use std::process::Command;

use crate::bucket::{Bucket, unique, variable};
use crate::database;

/// The variables that name a new database, a new bucket and a new table; `None` where a server is not there and not
/// required.
pub(crate) async fn stores() -> Option<Vec<(&'static str, String)>> {
    let mut variables = database::new().await?;
    variables.extend(Bucket::new().await?.variables);
    let endpoint = variable("BLOG_TEST_DYNAMODB_URL")?;
    let table = format!("dynamodb://{}?endpoint={endpoint}", unique());
    variables.push(("BLOG_INDEX_URL", table));
    let made = Command::new(env!("CARGO_BIN_EXE_blog-server"))
        .args(["index", "create-table"])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("the program runs");
    assert!(made.status.success(), "{made:?}");
    Some(variables)
}
