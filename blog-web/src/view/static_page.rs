//! Static pages as admins see them.

use serde::Serialize;

/// A static page in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaticPageLineView {
    /// Its word in the address.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Whether everybody sees it.
    pub published: bool,
    /// Whether it stands in the menu while it is published.
    pub in_menu: bool,
    /// Microseconds since the epoch.
    pub updated_at: i64,
}

/// A static page as it is stored: one side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredPageView {
    /// Its title.
    pub title: String,
    /// Its word in the address.
    pub slug: String,
    /// Its source.
    pub body: String,
    /// Whether everybody sees it.
    pub published: bool,
    /// Whether it stands in the menu while it is published.
    pub in_menu: bool,
    /// Microseconds since the epoch.
    pub updated_at: i64,
}
