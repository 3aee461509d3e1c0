//! An archive of what is somebody's own.

use serde::Serialize;

/// An archive, or how far it has come.
#[derive(Debug, Clone, Serialize)]
pub struct ExportView {
    /// Of the posts and files in it, how many are done.
    pub done: u64,
    /// How many there are; 0 until that is known.
    pub total: u64,
    /// Its size; none while it is made.
    pub bytes: Option<u64>,
    /// When it was ready, in microseconds.
    pub ready_at: Option<i64>,
    /// From when on it is gone.
    pub expires_at: Option<i64>,
}
