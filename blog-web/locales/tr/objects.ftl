# Saklananlar: yazarın dosyaları, depo, dizin ve katalog arasındaki farklar.

objects-title = Saklanan dosyalar
objects-lede = Resim ve videolarınızın, resimlerden yapılan küçük kopyalarla birlikte kapladığı yer.
objects-sum = { $count ->
    [one] Bir dosya, toplam { $size }.
   *[other] { $count } dosya, toplam { $size }.
}
objects-sum-more = { $count } dosyadan fazla; en yeni { $count } dosya { $size }.
objects-nameless = Adsız
objects-original = Saklandığı hâliyle
objects-copy = { $width } piksel genişliğinde kopya
objects-no-item = Artık kitaplıkta değil
objects-older = Daha eski dosyalar
objects-newest = En yeni dosyalar
objects-none = Henüz saklanan bir dosyanız yok.
objects-no-older = Daha eski dosya yok.

objects-drift = Saklanan nesneler
objects-drift-lede = Dosya deposu, dizini ve medya kataloğu son karşılaştırmalarda nerelerde ayrılıyordu.
objects-run-scheduled = Zamanlanmış
objects-run-asked = Komutla başlatılmış
objects-run-applied = dizini düzeltir
objects-run-planned = yalnızca karşılaştırır
objects-run-unfinished = tamamlanmadı
objects-run-found = { $compared } anahtar karşılaştırıldı: { $drift } fark, { $repaired } düzeltildi, { $quarantined } karantinaya alındı.
objects-class-missing = Dizinde yok
objects-class-stale = Dizinde silinmiş, depoda duruyor
objects-class-mismatched = İçeriği dizindekinden farklı
objects-class-orphan = Dizinde var, depoda yok
objects-class-unowned = Sahibi katalogdakinden farklı
objects-class-lost = Katalogda var, depoda yok
objects-class-stray = Katalogda kaydı yok
objects-named = İlk farklar
objects-set-right = düzeltildi
objects-put-aside = karantinaya alındı
objects-no-runs = “{ $bucket }” henüz diziniyle karşılaştırılmadı. Bunun için “blog-server reconcile” komutunu çalıştırın.
objects-quarantine = Karantina
objects-quarantine-hint = Bu dosyalar medya arasında duruyordu ve hiçbir kayda ait değil. “blog-server quarantine restore KEY” birini yerine geri koyar.
objects-quarantine-more = Başkaları da var; “blog-server quarantine list” hepsini sayar.
objects-quarantine-empty = Karantinada bir şey yok.
