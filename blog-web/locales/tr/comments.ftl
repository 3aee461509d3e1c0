# Yorumlar ve formları.

comments-author = Yazar
comments-deleted-by = Silindi
comments-gone-author = Ayrılmış bir kullanıcı
comments-edited = düzenlendi
comments-deleted = Bu yorum silindi.
comments-edit = Düzenle
comments-delete = Sil
comments-reply = Yanıtla
comments-yours = Yorumunuz
comments-your-reply = Yanıtınız
comments-save = Kaydet
comments-leave = Olduğu gibi bırak
comments-edit-headline = Yorumunuzu düzenleyin
comments-delete-title = Yorum silme
comments-delete-headline = Bu yorum silinsin mi?
comments-delete-lede = Yazılanlar tümüyle silinir. Ona verilen yanıtlar kalır.
comments-delete-send = Kalıcı olarak sil
comments-keep = Vazgeç
