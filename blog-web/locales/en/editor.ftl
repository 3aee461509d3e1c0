# The page on which a post is written.

editor-write = Write
editor-edit = Edit
editor-write-title = Write a post
editor-edit-title = Edit the post
editor-title = Title
editor-text = Text
editor-text-here = Begin here…
editor-text-hint = Markdown: **bold**, *italic*, # heading, - list, > quote, [words](address).
editor-save = Save
editor-preview = Preview
editor-back = Back to the post
editor-status = Who can read it
editor-status-draft = Draft: only you
editor-status-published = Published: everybody
editor-status-scheduled = Scheduled: everybody, later
editor-status-unlisted = Unlisted: who has the link
editor-date = Date ({ $zone })
editor-date-hint = For scheduled posts, or to date one back.
editor-tags = Tags
editor-tags-hint = Parted by commas; the first is the category.
editor-address = Address
editor-address-hint = Made from the title when left empty.
editor-cover = Cover
editor-no-cover = None
editor-chosen-cover = The chosen picture
editor-media = Pictures and videos
editor-media-hint = Paste a picture’s line of Markdown where it shall stand.
editor-media-library = Open your library

editor-tools = Format the text
editor-bold = Bold
editor-italic = Italic
editor-heading = Heading
editor-link = Link
editor-list = List
editor-numbers = Numbered list
editor-quote = Quote
editor-code = Code
editor-picture = Picture or video
editor-words = words
editor-address-here = address

editor-unsaved = Text that was not saved
editor-untitled = Without a title
editor-bring-back = Bring it back
editor-forget = Forget it

editor-autosaved = Autosaved { $time }
editor-saved = Saved { $time }
editor-saving = Saving…
editor-offline = Offline: kept in this browser.
editor-logged-out = You are not logged in any more. Your text is kept in this browser.
editor-log-in = Log in
editor-kept-only-here = Kept in this browser only. { $sentence }
editor-not-kept = Not kept anywhere yet: copy your text. { $sentence }
editor-no-room = This browser has no room for a copy.
editor-too-long = The text is longer than the server takes ({ $kilobytes } KB); part it into several posts.
editor-failed = The server did not answer as expected; try again.
editor-gone = The post was deleted meanwhile. Save once more to make a new post of this text.
editor-other-writer = You are logged in as { $now } now, and { $writer } wrote this: log in as { $writer } to save it.
editor-preview-empty = Nothing to show yet.

editor-login-title = Log in to go on
editor-login-lede = Your session has ended. Your text stays as it is.
editor-login-later = Later
editor-login-tab = Log in in a new tab
editor-login-then = Then come back and press Save again; your text stays here.

editor-upload-alt = What it shows
editor-upload-alt-hint = For those who cannot see it
editor-upload-insert = Insert
editor-upload-again = Try again
editor-upload-remove = Close
editor-upload-failed = It did not arrive; please try again.
