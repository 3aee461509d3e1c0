# Bir yazı: listelerde ve kendi sayfasında.

post-untitled = Başlıksız
post-status = { $status ->
    [draft] Taslak
    [scheduled] Zamanlanmış
    [unlisted] Listelenmeyen
   *[published] Yayımlanmış
}
post-minutes = { $count } dk. okuma
post-views = { $count } görüntülenme
post-comments = { $count } yorum
post-appears = Yayımlanma zamanı:
post-changed = Son değişiklik:
post-updated = Güncellendi:
post-not-published = Yayımlanmadı
post-edit = Düzenle
post-delete = Sil
post-contents = İçindekiler
post-like = Bu yazıyı beğenin
post-about-author = Yazar hakkında
post-more-by = { "\u2068" }{ $name }{ "\u2069" } adlı yazarın diğer yazıları
post-beside = Önceki ve sonraki yazı
post-older = Önceki
post-newer = Sonraki
post-related = Okumaya devam edin
post-discussion = Yorumlar
post-no-comments = Henüz kimse bir şey yazmadı.
post-more-comments = Sonraki yorumlar
post-first-comments = İlk yorumlar
post-your-comment = Yorumunuz
post-send-comment = Yorum yap
post-join = Sohbete katılmak için giriş yapın.
