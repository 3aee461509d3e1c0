# Arama motorlarına, önizlemelere ve akış okuyucularına söylenenler.

meta-feed-author = { $author } tarafından yazılanlar
meta-feed-tag = { $tag } etiketli yazılar
meta-feed-more = Yazının tamamını okuyun

# Dil ve ülke, Open Graph yazımıyla.
meta-locale = tr_TR
