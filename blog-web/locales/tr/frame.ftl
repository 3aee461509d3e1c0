# Her sayfanın çevresinde duranlar.

frame-skip = Metne geç
frame-nav = Site
frame-home = Ana sayfa
frame-search = Ara
frame-log-in = Giriş yap
frame-register = Kaydol
frame-write = Yaz
frame-account = Hesabınız
frame-your-page = Sayfanız
frame-your-posts = Yazılarınız
frame-library = Kitaplık
frame-profile = Profil
frame-log-out = Çıkış yap
frame-language = Dil
frame-likes = { $count } beğeni
