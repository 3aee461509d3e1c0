# Arama motorlarına, önizlemelere ve akış okuyucularına söylenenler.

meta-feed-author = { $author } tarafından yazılanlar
meta-feed-tag = { $tag } etiketli yazılar
meta-feed-more = Yazının tamamını okuyun
