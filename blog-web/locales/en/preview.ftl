# Preview links: what their makers and those who follow one see.

preview-link = Preview links
preview-title = Preview links
preview-lede = Whoever has such a link sees the post as it is now, without an account, until the link ends. Give it only to people who may read it.
preview-made = The link is ready
preview-made-hint = Copy it now: it is shown this once. It shows the post until
preview-address = The preview link
preview-open = Open it
preview-public = Everybody can read this post: give people its own address. Links that were made before lead there.
preview-days = How long it shows the post
preview-days-long =
    { $count ->
        [one] One day
       *[other] { $count } days
    }
preview-make = Make a link
preview-back = Back to writing
preview-good = Links that show this post
preview-until = Until
preview-made-by = Made by
preview-revoke = End it now
preview-revoked = The link has ended and shows nothing any more.
preview-none = No link shows this post now.
preview-draft = This is a preview of a draft: only those who have this link see it.
preview-scheduled = This is a preview of a post that is yet to appear: only those who have this link see it.
preview-good-until = The link is good until
