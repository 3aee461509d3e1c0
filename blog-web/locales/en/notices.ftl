# What a redirect says on the next page.

notices-registered = Your account is ready. Log in to begin.
notices-owner = Welcome! This blog is yours now.
notices-logged-in = You are logged in.
notices-logged-out = You are logged out.
notices-log-in-first = Please log in to go on.
notices-profile-saved = Your profile is saved.
notices-draft-saved = Your draft is saved. Only you and the editors see it.
notices-published = Your post is published.
notices-scheduled = Your post is scheduled.
notices-unlisted = Your post is saved. Whoever has its address can read it.
notices-post-deleted = The post is deleted.
notices-commented = Your comment is there.
notices-comment-saved = Your comment is changed.
notices-comment-deleted = The comment is deleted.
notices-uploaded = Your file is in the library.
notices-media-deleted = The file is deleted.
notices-media-described = The description is saved.
notices-media-focus = This point stays in sight now.
notices-password-set = Your password is set. Log in with it.
notices-password-changed = Your password is changed; all your other sessions are over.
notices-link-sent = A link is on its way. Look into your mail.
notices-address-verified = Your address is verified.
notices-address-back = Your address is back and everybody is logged out. Now set a new password.
notices-session-ended = That session is over.
notices-sessions-ended = All your other sessions are over.
