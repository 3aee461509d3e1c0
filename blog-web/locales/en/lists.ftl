# Lists of posts, and search.

lists-yours = Your posts
lists-yours-lede = All you have written, last changed first.
lists-yours-none = You have not written anything yet.
lists-start = Start one
lists-first = Write the first post
lists-home-none = Nothing has been published yet.
lists-none-yet = No posts yet.
lists-no-older = No older posts.
lists-older = Older posts
lists-newest = Newest posts
lists-pages = Pages
lists-posts = { $count ->
    [one] { $count } post
   *[other] { $count } posts
}
lists-tag-none = No posts with this tag.
lists-search = Search
lists-search-words = Words to look for
lists-search-send = Search
lists-search-none = No post holds all of these words; try fewer.
