# Parts of every form, and the deletion of a post.

forms-optional = optional
forms-marked = Not saved yet: please look at what is marked below.
forms-delete-title = Delete
forms-delete-kicker = Delete a post
forms-delete-lede = The post goes, with { $comments ->
    [one] { $comments } comment
   *[other] { $comments } comments
} and { $likes ->
    [one] { $likes } like
   *[other] { $likes } likes
}. To hide it and keep it, make it a draft instead.
forms-delete-send = Delete for good
forms-keep = Keep it
