//! MySQL servers for the program, by the same hands as for the stores.

#[path = "../../../../blog-storage/tests/it/mysql/own.rs"]
pub(crate) mod own;
#[cfg_attr(
    not(all(feature = "s3", feature = "dynamodb", feature = "mysql")),
    expect(dead_code, reason = "only the doctor's tests look past them")
)]
#[path = "../../../../blog-storage/tests/it/mysql/server.rs"]
pub(crate) mod server;
