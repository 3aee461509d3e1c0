//! Every adapter against the contract, and what each adds to it.

#[cfg(feature = "sqlite")]
mod sqlite;
