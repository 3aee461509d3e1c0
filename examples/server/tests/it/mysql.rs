//! MySQL servers for the program, by the same hands as for the stores.

#[path = "../../../../blog-storage/tests/it/mysql/own.rs"]
pub(crate) mod own;
#[expect(dead_code, reason = "the tests of the stores look past them")]
#[path = "../../../../blog-storage/tests/it/mysql/server.rs"]
pub(crate) mod server;
