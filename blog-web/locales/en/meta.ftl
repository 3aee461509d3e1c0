# What search engines, previews and feed readers are told.

meta-feed-author = Posts by { $author }
meta-feed-tag = Posts about { $tag }
meta-feed-more = Read the whole post

# The language and a country of its, as Open Graph writes them.
meta-locale = en_US
