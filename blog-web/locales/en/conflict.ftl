# A save that met another version.

conflict-name = Two versions
conflict-not-saved = Not saved yet
conflict-heading = This post was changed while you were writing
conflict-clean = Both changes are in the text below: check it and save.
conflict-choose = Nothing is lost. Both changes are below, and where they exclude each other you choose.
conflict-together = Both together
conflict-places = { $count ->
    [one] In one place you both changed the same lines. Both parts stand in the text between marks: keep what you want and take the three marks out.
   *[other] In { $count } places you both changed the same lines. Both parts stand in the text between marks: keep what you want and take the marks out.
}
conflict-mark-mine = YOURS, from here
conflict-mark-theirs = STORED, from here
conflict-mark-end = END of both
conflict-marks-left = The marks of the two versions are still in the text: keep what you want and take them out.
conflict-title = Title
conflict-their-title = The stored title is
conflict-text = Text
conflict-tags = Tags
conflict-tags-hint = Those of both versions.
conflict-save = Save both together
conflict-drop = Drop mine
conflict-theirs = Stored
conflict-mine = Yours
conflict-just-now = as you sent it just now
conflict-differences = What differs
conflict-their-source = The stored version, to copy from
conflict-my-source = Your version, to copy from
conflict-status = Who can read it
conflict-draft = Draft
conflict-published = Published
conflict-scheduled = Scheduled
conflict-unlisted = Unlisted
conflict-date = Date (UTC)
conflict-no-date = none
conflict-address = Address
conflict-no-address = from the title
conflict-cover = Cover
conflict-no-cover = none
