# A post, in lists and on its own page.

post-untitled = Untitled
post-status = { $status ->
    [draft] Draft
    [scheduled] Scheduled
    [unlisted] Unlisted
   *[published] Published
}
post-minutes = { $count } min read
post-views = { $count ->
    [one] { $count } view
   *[other] { $count } views
}
post-comments = { $count ->
    [one] { $count } comment
   *[other] { $count } comments
}
post-appears = Appears
post-changed = Changed
post-updated = Updated
post-not-published = Not published
post-edit = Edit
post-delete = Delete
post-contents = Contents
post-like = Like this post
post-about-author = About the author
post-more-by = More by { "\u2068" }{ $name }{ "\u2069" }
post-beside = Before and after
post-older = Earlier
post-newer = Later
post-related = Read on
post-discussion = Comments
post-no-comments = Nobody has said anything yet.
post-more-comments = Later comments
post-first-comments = First comments
post-your-comment = Your comment
post-send-comment = Comment
post-join = Log in to join the conversation.
