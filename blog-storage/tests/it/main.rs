//! Every adapter against the contract, and what each adds to it.

mod broken;
#[cfg(feature = "sqlite")]
mod sqlite;
