# Bir yazının yazıldığı sayfa.

editor-write = Yaz
editor-edit = Düzenle
editor-write-title = Yeni yazı
editor-edit-title = Yazıyı düzenle
editor-title = Başlık
editor-text = Metin
editor-text-here = Buradan başlayın…
editor-text-hint = Markdown: **kalın**, *italik*, # başlık, - liste, > alıntı, [sözcükler](adres).
editor-save = Kaydet
editor-preview = Önizleme
editor-back = Yazıya dön
editor-status = Kimler okuyabilir
editor-status-draft = Taslak: yalnızca siz
editor-status-published = Yayında: herkes
editor-status-scheduled = Zamanlanmış: herkes, daha sonra
editor-status-unlisted = Liste dışı: bağlantıyı bilenler
editor-date = Tarih ({ $zone })
editor-date-hint = Zamanlanmış yazılar için ya da yazıyı geriye tarihlemek için.
editor-tags = Etiketler
editor-tags-hint = Virgülle ayırın; ilki kategoridir.
editor-address = Adres
editor-address-hint = Boş bırakılırsa başlıktan oluşturulur.
editor-cover = Kapak
editor-no-cover = Yok
editor-chosen-cover = Seçtiğiniz resim
editor-media = Resimler ve videolar
editor-media-hint = Resmin Markdown satırını, görünmesini istediğiniz yere yapıştırın.
editor-media-library = Kitaplığınızı açın

editor-tools = Metni biçimlendirin
editor-bold = Kalın
editor-italic = İtalik
editor-heading = Başlık
editor-link = Bağlantı
editor-list = Liste
editor-numbers = Numaralı liste
editor-quote = Alıntı
editor-code = Kod
editor-picture = Resim ya da video
editor-words = sözcükler
editor-address-here = adres

editor-unsaved = Kaydedilmemiş metin
editor-untitled = Başlıksız
editor-bring-back = Geri getir
editor-forget = Unut

editor-autosaved = Otomatik kaydedildi: { $time }
editor-saved = Kaydedildi: { $time }
editor-saving = Kaydediliyor…
editor-offline = Çevrimdışı: metniniz bu tarayıcıda saklanıyor.
editor-logged-out = Oturumunuz sona erdi. Metniniz bu tarayıcıda saklanıyor.
editor-log-in = Giriş yap
editor-kept-only-here = Yalnızca bu tarayıcıda saklanıyor. { $sentence }
editor-not-kept = Henüz hiçbir yerde saklanmıyor: metninizi kopyalayın. { $sentence }
editor-no-room = Bu tarayıcıda kopya için yer yok.
editor-too-long = Metin, sunucunun kabul ettiğinden uzun ({ $kilobytes } KB); onu birkaç yazıya bölün.
editor-failed = Sunucu beklendiği gibi yanıt vermedi; yeniden deneyin.
editor-gone = Yazı bu arada silinmiş. Bu metinden yeni bir yazı oluşturmak için bir kez daha kaydedin.
editor-other-writer = Şu anda { $now } olarak giriş yapmış durumdasınız; bunu ise { $writer } yazdı. Kaydetmek için { $writer } olarak giriş yapın.
editor-preview-empty = Henüz gösterilecek bir şey yok.

editor-login-title = Devam etmek için giriş yapın
editor-login-lede = Oturumunuz sona erdi. Metniniz olduğu gibi duruyor.
editor-login-later = Daha sonra
editor-login-tab = Yeni sekmede giriş yapın
editor-login-then = Sonra buraya dönüp yeniden Kaydet düğmesine basın; metniniz burada kalır.

editor-upload-alt = Ne gösterdiği
editor-upload-alt-hint = Göremeyenler için
editor-upload-insert = Ekle
editor-upload-again = Yeniden dene
editor-upload-remove = Kapat
editor-upload-failed = Ulaşmadı; lütfen yeniden deneyin.
