# Başka bir sürümle karşılaşan kayıt.

conflict-name = İki sürüm
conflict-not-saved = Henüz kaydedilmedi
conflict-heading = Siz yazarken bu yazı değiştirildi
conflict-clean = İki değişiklik de aşağıdaki metinde: kontrol edip kaydedin.
conflict-choose = Hiçbir şey kaybolmadı. İki değişiklik de aşağıda; birbiriyle çeliştikleri yerde siz seçersiniz.
conflict-together = İkisi bir arada
conflict-places = { $count ->
    [one] Bir yerde ikiniz de aynı satırları değiştirdiniz. İki bölüm de metinde işaretlerin arasında duruyor: istediğinizi bırakın ve üç işareti silin.
   *[other] { $count } yerde ikiniz de aynı satırları değiştirdiniz. İki bölüm de metinde işaretlerin arasında duruyor: istediğinizi bırakın ve işaretleri silin.
}
conflict-mark-mine = SİZİNKİ, buradan itibaren
conflict-mark-theirs = KAYITLI OLAN, buradan itibaren
conflict-mark-end = İKİSİNİN SONU
conflict-marks-left = İki sürümün işaretleri hâlâ metinde duruyor: istediğinizi bırakın ve işaretleri silin.
conflict-title = Başlık
conflict-their-title = Kayıtlı başlık:
conflict-text = Metin
conflict-tags = Etiketler
conflict-tags-hint = İki sürümün etiketleri.
conflict-save = İkisini birlikte kaydet
conflict-drop = Benimkinden vazgeç
conflict-theirs = Kayıtlı
conflict-mine = Sizinki
conflict-just-now = az önce gönderdiğiniz hâliyle
conflict-differences = Farklar
conflict-their-source = Kayıtlı sürüm, kopyalamak için
conflict-my-source = Sizin sürümünüz, kopyalamak için
conflict-status = Kimler okuyabilir
conflict-draft = Taslak
conflict-published = Yayında
conflict-scheduled = Zamanlanmış
conflict-unlisted = Liste dışı
conflict-date = Tarih (UTC)
conflict-no-date = yok
conflict-address = Adres
conflict-no-address = başlıktan
conflict-cover = Kapak
conflict-no-cover = yok
