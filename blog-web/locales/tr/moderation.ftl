# Birinin bakması gereken yorumlar.

moderation-title = Bakılacak yorumlar
moderation-comments = Yorumlar
moderation-lede = Onay bekleyen yorumlar ve okurların bildirdikleri, en yenisi başta.
moderation-lede-own = Yazılarınıza gelen, onay bekleyen yorumlar ve okurların bildirdikleri, en yenisi başta.
moderation-none = Sizi bekleyen bir şey yok.
moderation-waits = Bekliyor
moderation-reported = { $count ->
    [one] { $count } bildirim
   *[other] { $count } bildirim
}
moderation-reasons = Okurların dediği:
moderation-user = Kullanıcı hakkında
moderation-hint = Yorumları, sonra da ne yapılacağını seçin. Onaylamak bildirimleri kapatır.
moderation-approve = Onayla
moderation-delete = Sil
moderation-approved = Yorumlar onaylandı.
moderation-deleted = Yorumlar silindi.
moderation-changed = Bir yorum siz gördükten sonra değiştirildi ve hâlâ bekliyor; lütfen yeniden okuyup karar verin.
moderation-decided = Bu yorumlar hakkında başka biri karar verdi.
moderation-held = Yorumunuz onay bekliyor; okurlar onu onaydan sonra görür.
moderation-hold-first = İlk yorumları beklet
moderation-hold-first-hint = Herkesin ilk yorumu, bir editör ya da yazının yazarı onaylayana dek bekler; sonrasında yorumları hemen görünür.
moderation-links = Yorumdaki bağlantı sayısı
moderation-links-hint = Bir yorumda en çok kaç bağlantı olabileceği, 0 ile 100 arası. Daha çoğu olan yorum yazarına geri verilir.
moderation-own-comment = Kendi yorumunuzu bir editörün onaylaması gerekir.
moderation-report = Bildir
moderation-report-title = Bu yorumu bildirin
moderation-report-lede = Editörler ve yazının yazarı nedeninizi görür, adınızı görmez.
moderation-report-reason = Yorumun nesi yanlış?
moderation-report-send = Bildirimi gönder
moderation-report-sent = Teşekkürler; biri bakacak.
moderation-too-many-links = { $count ->
    [one] Bir yorumda { $count } bağlantı olabilir; bazılarını çıkarın.
   *[other] Bir yorumda { $count } bağlantı olabilir; bazılarını çıkarın.
}
moderation-trap = Burayı boş bırakın
