# What a post was: the list of its versions, two of them compared, one brought back.

history-link = History
history-title = History
history-lede = Every save is kept. Choose one to see what it changed, or to bring it back.
history-version = Version { $version }
history-current = current
history-nobody = somebody who left
history-first = first version, { $size }
history-longer = { $size } longer
history-shorter = { $size } shorter
history-as-long = as long as before
history-retitled = Title changed:
history-older = Older versions
history-newest = Newest versions
history-compare = Comparison
history-all = All versions
history-with-before = What it changed
history-with-current = Beside the current one
history-nothing-before = There was nothing before.
history-same = The text is the same in both.
history-unchanged = { $count ->
    [one] { $count } unchanged line
   *[other] { $count } unchanged lines
}
history-unchanged-more = { $count ->
    [one] … and { $count } more line.
   *[other] … and { $count } more lines.
}
history-left-out = { $count ->
    [one] { $count } more changed line is not shown.
   *[other] { $count } more changed lines are not shown.
}
history-restore = Bring version { $version } back
history-restored = The old version is back, as a new one.
history-restore-hint = Title and text are saved as a new version. Nothing is deleted, and tags, cover, date and address stay.
