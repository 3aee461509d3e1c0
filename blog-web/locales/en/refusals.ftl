# Why something was refused, beside a field or above a form.

refusals-empty = Please fill this in.
refusals-too-short = Use at least { $count ->
    [one] { $count } character
   *[other] { $count } characters
}.
refusals-too-long = Use at most { $count ->
    [one] { $count } character
   *[other] { $count } characters
}.
refusals-too-many-bytes = Use at most { $kilobytes } KB of text.
refusals-too-many = Use at most { $count } of them.
refusals-letters-tag = Use only letters, digits and spaces; separate tags with commas.
refusals-letters-tag-slug = Use only the letters a to z, digits and dashes.
refusals-letters-username = Use only the letters a to z, digits, - and _, beginning with a letter or digit.
refusals-letters-slug = Use only the letters a to z, digits, and single dashes between them.
refusals-letters-media-key = Use only lower-case letters, digits, -, _, . and single slashes.
refusals-control-characters = Remove the invisible control characters.
refusals-not-an-address = This is not a mail address.
refusals-wrong-password = This is not your password; try again.
refusals-taken = This is taken; choose another.
refusals-reserved = This word is reserved; choose another.
refusals-common-password = This password is too common; use a few unrelated words.
refusals-similar-password = This password resembles your name or address; choose another.
refusals-not-a-choice = Choose one of the offered values.
refusals-not-a-time = Give the date and time as 2026-01-31T18:30.
refusals-too-deep = Lists and quotations are nested more than { $count } deep; make them flatter.
refusals-grows-too-large = This would make a page of more than { $megabytes } MB; use fewer footnotes, links and tables.
refusals-not-your-media = Choose one of your own pictures.
refusals-too-many-pixels = This picture has too many pixels; make it smaller (at most 40 megapixels, 12,000 on a side).
refusals-damaged-picture = This picture is damaged; export it again.
refusals-no-letter = Each tag needs at least one letter or digit.
refusals-not-a-target = Begin with / for a page of this site, or with https:// for another site.
refusals-not-in-range = Use a whole number from { $min } to { $max }.
refusals-in-future = This time lies ahead: choose “Scheduled”, or leave the date empty.
refusals-not-in-future = Choose a time in the future.
refusals-unfit = This cannot be accepted; please change it.
refusals-field = What stands in the field “{ $field }” cannot be accepted; go back, change it and send it again.
refusals-unknown-field = This form has a field that the blog does not know; reload the page.

refusals-log-in = You are not logged in any more; log in in another tab, then send this again.
refusals-not-yours = This belongs to somebody else.
refusals-role = Your role does not include this.
refusals-suspended = This account is suspended.
refusals-unverified = Verify your mail address first.
refusals-registration-closed = Registration is closed; ask the owner for an account.
refusals-owner-first = This blog is being set up; its owner’s account comes first, by the link in the server’s terminal.
refusals-credentials = The name or the password is wrong; check both and try again.

refusals-changed-meanwhile = This was changed in the meantime; look at the new version, then send yours again.
refusals-username-taken = This name is taken; choose another.
refusals-email-taken = This address is taken; use another.
refusals-identity-taken = This external identity belongs to another account; log in to that one instead.
refusals-exists = Something of this name exists already; choose another name.
refusals-has-owner = This blog has an owner already; log in instead.
refusals-thread-full = This thread is full; begin a new one below.
refusals-no-slug = No free address was found for this title; change the title or give an address.
refusals-other-state = This has changed in the meantime; reload the page and look again.

refusals-gone = This is not there any more, so nothing was saved; keep a copy of your text.
refusals-gone-user = The account is not there any more, so this was not saved; keep a copy of your text.
refusals-gone-token = This link does not work any more; ask for a new one.
refusals-gone-post = The post is not there any more, so this was not saved; keep a copy of your text.
refusals-gone-revision = This earlier version is not there any more, so nothing was saved; keep a copy of your text.
refusals-gone-comment = The comment is not there any more, so this was not saved; keep a copy of your text.
refusals-gone-autosave = The text that was kept for you is not there any more; what stands in this form is all there is.
refusals-gone-page = The page is not there any more, so this was not saved; keep a copy of your text.
refusals-gone-media = The file is not there any more, so this was not saved; keep a copy of your text.

refusals-picture-size = The picture is larger than { $megabytes } MB; make it smaller and send it again.
refusals-video-size = The video is larger than { $megabytes } MB; make it smaller and send it again.
refusals-no-picture = This kind of file is not accepted; use PNG, JPEG, WebP or GIF.
refusals-no-media = This kind of file is not accepted; use PNG, JPEG, WebP, GIF, MP4 or WebM.
refusals-wait-seconds = That was too often in a short time; try again in { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}.
refusals-wait-minutes = That was too often in a short time; try again in { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}.
refusals-storage-full = The server has no room left, so this was not saved; nothing that was there is lost. Keep your text and tell whoever runs this site.
refusals-unavailable = The server is busy, so this was not saved; wait a few seconds and send it again.
refusals-failed = Something went wrong on our side; try again, and tell whoever runs this site if it stays.
