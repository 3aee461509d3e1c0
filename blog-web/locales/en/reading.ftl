# Ways to find posts: archive and tags.

reading-archive = Archive
reading-archive-empty = Nothing has been published yet.
reading-tags = Tags
reading-tags-empty = No post has a tag yet.
reading-more-tags = More tags
reading-first-tags = First tags
reading-posts = { $count ->
    [one] { $count } post
   *[other] { $count } posts
}
reading-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
reading-month-of-year = { reading-month } { $year }
reading-months-of = Months of { $year }
reading-whole-year = Whole year
reading-nothing-then = Nothing was published at that time. The archive shows when something was.
reading-no-older = No older posts.
reading-to-archive = Go to the archive
reading-all-tags = All tags
reading-search-cut = Only the first { $count } characters were looked at.
reading-search-wordless = There is no word in this to look for.
reading-suggested-tags = Look under a tag
reading-suggested-posts = Newest posts
