// Which pages are looked at. Each GET route of blog-web/src/routes.rs that answers with a page must be met by one of
// them, so a new page cannot be forgotten.

import { readFileSync } from "node:fs";

// Answers that are no pages: files, feeds, checks, and what leads elsewhere.
const NO_PAGES = [/^\/media\//, /\/media\/:id$/, /^\/assets\//, /^\/api\//, /\.(xml|json|txt|png|svg|zip)$/, /^\/sitemap-:part$/, /^\/(livez|readyz)$/, /^\/write\/tags$/, /^\/posts\/:slug\/comments\/:id$/];

/// The patterns of all GET routes that are pages, as `:name` segments.
export function routes(source) {
  const text = readFileSync(source, "utf8");
  const lines = text.slice(text.indexOf("routes! {")).matchAll(/^ {4}GET\s+"([^"]+)"/gm);
  return [...lines].map((line) => line[1]).filter((path) => !NO_PAGES.some((no) => no.test(path)));
}

/// Whether a path is one of a route.
export function meets(route, path) {
  const parts = route.split("/").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:\w+/, "[^/]+"));
  return new RegExp(`^${parts.join("/")}$`).test(path.split(/[?#]/)[0]);
}

/// Name, who looks (`reader` or `writer`), where (or a way to get there), and the status it has.
/// `find(page, pattern)` gives the first link of a page whose path the pattern matches.
export const PAGES = [
  { name: "home", as: "reader", at: "/" },
  { name: "home-second", as: "reader", at: ({ find }) => find("/", /^\/\?after=/) },
  { name: "post", as: "reader", at: ({ find }) => find("/", /^\/posts\/[^/]+$/) },
  { name: "post-arabic", as: "reader", at: ({ titled }) => titled(/[\u0600-\u06ff]{3}/) },
  { name: "post-chinese", as: "reader", at: ({ titled }) => titled(/[\u4e00-\u9fff]{2}/) },
  { name: "post-contents", as: "reader", at: ({ titled }) => titled(/short history of tomorrow/) },
  { name: "post-gallery", as: "reader", at: ({ titled }) => titled(/Six patterns/) },
  { name: "post-video", as: "reader", at: ({ titled }) => titled(/Eight seconds of the tide/) },
  { name: "post-long-title", as: "reader", at: ({ titled }) => titled(/difficulty of naming things/) },
  { name: "post-table", as: "reader", at: ({ titled }) => titled(/Water for tea/) },
  { name: "post-code", as: "reader", at: ({ holding }) => holding("pre code") },
  { name: "author", as: "reader", at: ({ find }) => find("/", /^\/@[^/]+$/) },
  { name: "tag", as: "reader", at: ({ find }) => find("/", /^\/tags\/[^/]+$/) },
  { name: "tag-nothing", as: "reader", at: "/tags/never-used", status: 404 },
  { name: "tags", as: "reader", at: "/tags" },
  { name: "archive", as: "reader", at: "/archive" },
  { name: "archive-year", as: "reader", at: ({ find }) => find("/archive", /^\/archive\/\d+$/) },
  { name: "archive-month", as: "reader", at: ({ find }) => find("/archive", /^\/archive\/\d+\/\d+$/) },
  { name: "archive-nothing", as: "reader", at: "/archive/1999/12", status: 404 },
  { name: "search", as: "reader", at: "/search?q=the" },
  { name: "search-wordless", as: "reader", at: "/search?q=%F0%9F%8E%89" },
  { name: "search-nothing", as: "reader", at: "/search?q=%22unbalanced%20zzzz" },
  { name: "login", as: "reader", at: "/account/login" },
  { name: "register", as: "reader", at: "/account/register" },
  { name: "forgot", as: "reader", at: "/account/forgot" },
  { name: "reset", as: "reader", at: "/account/reset?token=none", status: 404 },
  { name: "verify", as: "reader", at: "/account/verify?token=none", status: 404 },
  { name: "undo", as: "reader", at: "/account/undo?token=none", status: 404 },
  { name: "password", as: "writer", at: "/account/password" },
  { name: "email", as: "writer", at: "/account/email" },
  { name: "account-export", as: "writer", at: "/account/export" },
  { name: "account-delete", as: "writer", at: "/account/delete" },
  { name: "sessions", as: "writer", at: "/account/sessions" },
  { name: "second-factor", as: "writer", at: "/account/second-factor" },
  { name: "second-step", as: "reader", at: "/account/login/code" },
  { name: "nothing", as: "reader", at: "/no/such/page", status: 404 },
  { name: "owner", as: "reader", at: "/account/owner?token=none", status: 404 },
  { name: "drafts", as: "writer", at: "/drafts" },
  { name: "profile", as: "writer", at: "/account/profile" },
  { name: "library", as: "writer", at: "/library" },
  { name: "files", as: "writer", at: "/library/files" },
  { name: "drift", as: "writer", at: "/admin/drift" },
  { name: "static-page", as: "reader", at: "/pages/about" },
  { name: "pages", as: "writer", at: "/admin/pages" },
  { name: "page-new", as: "writer", at: "/admin/pages/new" },
  { name: "page-edit", as: "writer", at: ({ find }) => find("/admin/pages", /^\/admin\/pages\/(?!new$)[^/?]+$/, "writer") },
  { name: "page-conflict", as: "writer", at: ({ find }) => find("/admin/pages", /^\/admin\/pages\/(?!new$)[^/?]+$/, "writer"), then: "conflict", status: 409 },
  { name: "page-delete", as: "writer", at: ({ find }) => find("/admin/pages", /^\/admin\/pages\/(?!new$)[^/?]+$/, "writer").then((path) => `${path}/delete`) },
  { name: "admin", as: "writer", at: "/admin" },
  { name: "admin-posts", as: "writer", at: "/admin/posts" },
  { name: "admin-posts-draft", as: "writer", at: "/admin/posts?show=draft" },
  { name: "admin-comments", as: "writer", at: "/admin/comments" },
  { name: "admin-users", as: "writer", at: "/admin/users" },
  { name: "admin-user", as: "writer", at: ({ find }) => find("/admin/users", /^\/admin\/users\/[^/?]+$/, "writer") },
  { name: "admin-invitations", as: "writer", at: "/admin/invitations" },
  { name: "admin-audit", as: "writer", at: "/admin/audit" },
  { name: "admin-audit-nothing", as: "writer", at: "/admin/audit?user=nobody-of-this-name" },
  { name: "settings", as: "writer", at: "/admin/settings" },
  { name: "library-item", as: "writer", at: ({ find }) => find("/library", /^\/library\/(?!files$)[^/?]+$/, "writer") },
  { name: "library-delete", as: "writer", at: ({ find }) => find("/library", /^\/library\/(?!files$)[^/?]+$/, "writer").then((path) => `${path}/delete`) },
  { name: "write", as: "writer", at: "/write" },
  { name: "edit", as: "writer", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((path) => `${path}/edit`) },
  { name: "write-with-preview", as: "writer", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((path) => `${path}/edit`), then: "preview" },
  { name: "delete", as: "writer", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((path) => `${path}/delete`) },
  // The conflict has made a second version by then.
  { name: "conflict", as: "writer", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((path) => `${path}/edit`), then: "conflict", status: 409 },
  { name: "revisions", as: "writer", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((path) => `${path}/revisions`) },
  { name: "revision", as: "writer", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((path) => `${path}/revisions/2`) },
  { name: "links", as: "writer", at: ({ draft }) => draft().then((path) => `${path}/links`) },
  { name: "links-made", as: "writer", at: ({ draft }) => draft().then((path) => `${path}/links`), then: "link" },
  { name: "preview", as: "reader", at: ({ preview }) => preview() },
  { name: "comment", as: "reader", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((post) => find(post, /\/comments\/[^/]+$/)) },
  { name: "comment-edit", as: "writer", at: ({ comment }) => comment("edit") },
  { name: "comment-report", as: "writer", at: ({ find }) => find("/", /^\/posts\/[^/]+$/).then((post) => find(post, /\/comments\/[^/]+\/report$/, "writer")) },
  { name: "comment-delete", as: "writer", at: ({ comment }) => comment("delete") },
];
