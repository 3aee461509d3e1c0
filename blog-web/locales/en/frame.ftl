# What stands around every page.

frame-skip = Skip to the text
frame-nav = Site
frame-home = Home
frame-search = Search
frame-log-in = Log in
frame-register = Register
frame-write = Write
frame-account = Your account
frame-your-page = Your page
frame-your-posts = Your posts
frame-library = Library
frame-profile = Profile
frame-log-out = Log out
frame-language = Language
frame-likes = { $count ->
    [one] { $count } like
   *[other] { $count } likes
}
