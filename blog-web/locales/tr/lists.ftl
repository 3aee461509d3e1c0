# Yazı listeleri ve arama.

lists-yours = Yazılarınız
lists-yours-lede = Yazdıklarınızın tümü, en son değişen en üstte.
lists-yours-none = Henüz bir şey yazmadınız.
lists-start = Yazmaya başla
lists-first = İlk yazıyı yaz
lists-home-none = Henüz hiçbir şey yayımlanmadı.
lists-none-yet = Henüz yazı yok.
lists-no-older = Daha eski yazı yok.
lists-older = Daha eski yazılar
lists-newest = En yeni yazılar
lists-pages = Sayfalar
lists-posts = { $count } yazı
lists-tag-none = Bu etiketle bir yazı yok.
lists-search = Arama
lists-search-words = Aranacak sözcükler
lists-search-send = Ara
lists-search-none = Bu sözcüklerin hepsini içeren bir yazı yok; daha az sözcük deneyin.
