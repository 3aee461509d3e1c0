# What is stored: a writer's files, and where the store, its index and the catalog differed.

objects-title = Stored files
objects-lede = What your pictures and videos take up, with the smaller copies that are made of pictures.
objects-sum = { $count ->
    [one] One file, { $size } in all.
   *[other] { $count } files, { $size } in all.
}
objects-sum-more = More than { $count } files; the newest { $count } are { $size }.
objects-nameless = Without a name
objects-original = As it is kept
objects-copy = Copy, { $width } pixels wide
objects-no-item = No longer in the library
objects-older = Older files
objects-newest = Newest files
objects-none = Nothing of yours is stored yet.
objects-no-older = There are no older files.

objects-drift = Stored objects
objects-drift-lede = Where the store of files, its index and the catalog of media differed when they were last compared.
objects-run-scheduled = By schedule
objects-run-asked = By command
objects-run-applied = sets the index right
objects-run-planned = only compares
objects-run-unfinished = not finished
objects-run-found = { $compared } compared: { $drift } differ, { $repaired } set right, { $quarantined } put into quarantine.
objects-class-missing = Not in the index
objects-class-stale = In the index as removed, and there
objects-class-mismatched = Other content than the index says
objects-class-orphan = In the index, and not there
objects-class-unowned = Another owner than the catalog says
objects-class-lost = In the catalog, and not there
objects-class-stray = In no item of the catalog
objects-named = The first of them
objects-set-right = set right
objects-put-aside = put into quarantine
objects-no-runs = “{ $bucket }” was not compared with its index yet. Run “blog-server reconcile” to do so.
objects-quarantine = Quarantine
objects-quarantine-hint = These files lay among the media and belong to no item. “blog-server quarantine restore KEY” puts one back.
objects-quarantine-more = There are more; “blog-server quarantine list” names them all.
objects-quarantine-empty = Nothing is in quarantine.
