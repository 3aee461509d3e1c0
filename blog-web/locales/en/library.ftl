# Pictures and videos: the library, a file in it, and the form for another one.

library-title = Library
library-lede = Your pictures and videos: find them, describe them, and see where they are used.
library-picture = Picture
library-video = Video
library-being-prepared = Being prepared
library-no-description = No description
library-line-of = Markdown that shows { $name }
library-copy = Copy
library-copy-line = Copy Markdown

library-upload-summary = Upload a picture or video
library-file = Picture or video
library-file-hint = PNG, JPEG, WebP, GIF, MP4 or WebM. Place and camera data are removed from pictures.
library-alt = What it shows
library-alt-hint = One sentence for those who cannot see it.
library-upload = Upload
library-upload-new-tab = Opens in a new tab, so your text stays as it is.

library-search-label = Search your files
library-search-placeholder = Name or description
library-search = Search
library-shelves = Which files
library-show-all = All
library-show-pictures = Pictures
library-show-videos = Videos
library-show-unused = Not used
library-older = Older files
library-newest = Newest files
library-blank = Nothing uploaded yet.
library-nothing-found = No file matches “{ $query }”.
library-all-used = Every file is used somewhere.
library-none-here = There is nothing of this kind.
library-no-older = No older files.
library-show-all-again = Show all files

library-uploaded = uploaded
library-open = Open the file
library-save = Save
library-focus = What stays in sight
library-focus-hint = Choose the point of the picture that matters most. Where it is cropped, this point stays in.
library-focus-point = Part { $column } of { $steps } from the left, { $row } of { $steps } from the top
library-focus-save = Keep this point
library-line = Line for your text
library-line-hint = Paste it into a post where this shall stand.
library-places = Where it is used
library-as-cover = as the cover
library-in-the-text = in the text
library-as-portrait = as the portrait
library-elsewhere = Also in places that cannot be named here.
library-nowhere = Nothing uses it yet.

library-delete-title = Delete this file
library-delete = Delete…
library-delete-used = It can be deleted once nothing uses it any more.
library-delete-refused = This file is in use, so it stays. Take it out of these places first, then delete it.
library-delete-back = Back to the file
library-delete-lede = Nothing uses this file. Once it is deleted, it cannot be brought back.
library-delete-now = Delete for good
library-keep = Keep it
