//! The texts of the questions about posts, put together while compiling: each is one static string, so nothing that
//! somebody wrote can ever become part of one.

/// What a card shows.
macro_rules! card {
    () => {
        concat!(
            "p.id AS post_id, p.slug, p.title, p.excerpt, p.tags, p.status, p.published_at, p.created_at, p.updated_at, \
             p.words, p.likes, p.views, p.comments, b.html, b.media, \
             u.id AS user_id, u.username, u.display_name, ",
            $crate::sql::rows::media_columns!("a", "avatar"),
            ", ",
            $crate::sql::rows::media_columns!("c", "cover")
        )
    };
}
pub(in crate::sql) use card;

/// The author, their picture and the cover of `p`.
macro_rules! people {
    () => {
        " JOIN blog_users u ON u.id = p.author \
         LEFT JOIN blog_media a ON a.id = u.avatar \
         LEFT JOIN blog_media c ON c.id = p.cover"
    };
}
pub(in crate::sql) use people;

/// A `ReadRule` as a condition on `p`, for every rule: (everything, author, listed by, public by); null means no.
macro_rules! rule {
    () => {
        "(? = 1 OR p.author = ? OR (p.listed = 1 AND p.published_at <= ?) \
         OR (p.is_public = 1 AND p.published_at <= ?))"
    };
}
pub(in crate::sql) use rule;

/// A public list along an index: (with html, what the scope asks, at most this time, before this time, or before this
/// id, how many). The first bound on the time is what the index is entered by; the others leave out the rows of that
/// very time that the page before had.
macro_rules! listed {
    ($from:literal, $scope:literal, $listed:literal, $at:literal, $id:literal) => {
        $crate::sql::posts::text::listed!("", "? = 1", $from, $scope, $listed, $at, $id)
    };
    // With more columns, and a condition for the HTML.
    ($columns:expr, $html:literal, $from:literal, $scope:literal, $listed:literal, $at:literal, $id:literal) => {
        concat!(
            "SELECT ",
            $columns,
            $crate::sql::posts::text::card!(),
            " FROM ",
            $from,
            $crate::sql::posts::text::people!(),
            " LEFT JOIN blog_post_bodies b ON b.post = p.id AND ",
            $html,
            " WHERE ",
            $scope,
            " AND ",
            $listed,
            " = 1 AND ",
            $at,
            " <= ? AND (",
            $at,
            " < ? OR ",
            $id,
            " < ?)",
            " ORDER BY ",
            $at,
            " DESC, ",
            $id,
            " DESC LIMIT ?"
        )
    };
}
pub(in crate::sql) use listed;

/// A writer's or editor's list along an index: (with html, what the scope asks, the four of the rule, at most this
/// time, before this time, or before this id, how many).
macro_rules! ruled {
    ($from:literal, $scope:literal, $at:literal, $id:literal) => {
        concat!(
            "SELECT ",
            $crate::sql::posts::text::card!(),
            " FROM ",
            $from,
            $crate::sql::posts::text::people!(),
            " LEFT JOIN blog_post_bodies b ON b.post = p.id AND ? = 1",
            " WHERE ",
            $scope,
            " AND ",
            $crate::sql::posts::text::rule!(),
            " AND ",
            $at,
            " <= ? AND (",
            $at,
            " < ? OR ",
            $id,
            " < ?)",
            " ORDER BY ",
            $at,
            " DESC, ",
            $id,
            " DESC LIMIT ?"
        )
    };
}
pub(in crate::sql) use ruled;

macro_rules! whole {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT ",
            $crate::sql::posts::text::card!(),
            ", b.body, b.toc, b.renderer_version, p.version",
            ", EXISTS (SELECT 1 FROM blog_likes l WHERE l.post = p.id AND l.liker = ?) AS liked",
            " FROM ",
            $from,
            $crate::sql::posts::text::people!(),
            " JOIN blog_post_bodies b ON b.post = p.id WHERE ",
            $where,
            " AND ",
            $crate::sql::posts::text::rule!()
        )
    };
}

/// The site's generation, and its next publication after a moment: (moment).
macro_rules! site {
    () => {
        "(SELECT generation FROM blog_site WHERE id = 1) AS generation, \
         (SELECT n.published_at FROM blog_posts n WHERE n.is_public = 1 AND n.published_at > ? \
         ORDER BY n.published_at LIMIT 1) AS next_publication"
    };
}
pub(in crate::sql) use site;

pub(super) const SITE: &str = concat!("SELECT ", site!(), " FROM blog_site WHERE id = 1");

/// A whole post: (viewer, id, the four of the rule).
pub(super) const BY_ID: &str = whole!("blog_posts p", "p.id = ?");

/// What stands at a slug: (viewer, slug, the four of the rule).
pub(super) const BY_SLUG: &str = whole!(
    "blog_slugs s JOIN blog_posts p ON p.id = s.post",
    "s.slug = ?"
);

pub(super) const LISTED_ALL: &str = listed!(
    "blog_posts p",
    "1 = 1",
    "p.listed",
    "p.published_at",
    "p.id"
);
pub(super) const LISTED_AUTHOR: &str = listed!(
    "blog_posts p",
    "p.author = ?",
    "p.listed",
    "p.published_at",
    "p.id"
);
pub(super) const LISTED_STATUS: &str = listed!(
    "blog_posts p",
    "p.status = ?",
    "p.listed",
    "p.published_at",
    "p.id"
);
pub(super) const LISTED_BETWEEN: &str = listed!(
    "blog_posts p",
    "p.published_at >= ?",
    "p.listed",
    "p.published_at",
    "p.id"
);
pub(super) const LISTED_TAG: &str = listed!(
    "blog_post_tags t JOIN blog_posts p ON p.id = t.post",
    "t.tag = ?",
    "t.listed",
    "t.published_at",
    "t.post"
);
/// Uses of tags: (first slug, behind the last slug, listed by, author, how many uses, how many tags). The names stand in
/// the tags of any post that has them.
pub(super) const TAG_USES: &str = "SELECT u.tag, COUNT(u.post) AS posts, MAX(u.tags) AS tags FROM (\
     SELECT t.tag, t.post, p.tags FROM blog_post_tags t JOIN blog_posts p ON p.id = t.post \
     WHERE t.tag >= ? AND t.tag < ? AND ((t.listed = 1 AND t.published_at <= ?) OR p.author = ?) \
     ORDER BY t.tag LIMIT ?) AS u \
     GROUP BY u.tag ORDER BY posts DESC, u.tag LIMIT ?";

pub(super) const RULED_ALL: &str = ruled!("blog_posts p", "1 = 1", "p.updated_at", "p.id");
pub(super) const RULED_AUTHOR: &str =
    ruled!("blog_posts p", "p.author = ?", "p.updated_at", "p.id");
pub(super) const RULED_STATUS: &str =
    ruled!("blog_posts p", "p.status = ?", "p.updated_at", "p.id");
pub(super) const RULED_BETWEEN: &str = ruled!(
    "blog_posts p",
    "p.published_at >= ? AND p.published_at < ?",
    "p.updated_at",
    "p.id"
);
pub(super) const RULED_TAG: &str = ruled!(
    "blog_post_tags t JOIN blog_posts p ON p.id = t.post",
    "t.tag = ?",
    "t.updated_at",
    "t.post"
);
