//! No character that somebody wrote is lost, whatever happens to the server, the session, the tab or the network.

mod server;
mod session;
mod storage;
pub(crate) mod table;
mod tabs;

use std::collections::BTreeSet;

use table::Table;

/// The cases of a group, by name, and how they are gone through.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),+];

        pub(super) async fn go_through(table: &mut crate::unsaved::table::Table) {
            $(
                table.begin(stringify!($name)).await;
                $name(table).await;
                table.end().await;
            )+
        }
    };
}
use cases;

#[test]
fn more_than_twenty_cases_have_a_name() {
    let groups = [server::NAMES, session::NAMES, storage::NAMES, tabs::NAMES];
    let all: BTreeSet<_> = groups.concat().into_iter().collect();
    assert_eq!(all.len(), groups.concat().len());
    assert!(all.len() > 20, "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_character_is_lost_when_the_server_fails() {
    Table::with(server::NAMES, async |table| server::go_through(table).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_character_is_lost_when_the_session_ends() {
    Table::with(session::NAMES, async |table| {
        session::go_through(table).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_character_is_lost_when_the_browser_is_short_of_something() {
    Table::with(storage::NAMES, async |table| {
        storage::go_through(table).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_character_is_lost_between_tabs_and_pages() {
    Table::with(tabs::NAMES, async |table| tabs::go_through(table).await).await;
}
