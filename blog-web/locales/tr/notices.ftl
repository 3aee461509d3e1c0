# Bir yönlendirmenin sonraki sayfada söyledikleri.

notices-registered = Hesabınız hazır. Başlamak için giriş yapın.
notices-owner = Hoş geldiniz! Bu blog artık sizin.
notices-logged-in = Giriş yaptınız.
notices-logged-out = Çıkış yaptınız.
notices-log-in-first = Devam etmek için lütfen giriş yapın.
notices-profile-saved = Profiliniz kaydedildi.
notices-draft-saved = Taslağınız kaydedildi. Onu yalnızca siz ve editörler görür.
notices-published = Yazınız yayımlandı.
notices-scheduled = Yazınız ileri bir tarihte yayımlanmak üzere kaydedildi.
notices-unlisted = Yazınız kaydedildi. Adresini bilen herkes okuyabilir.
notices-post-deleted = Yazı silindi.
notices-commented = Yorumunuz eklendi.
notices-comment-saved = Yorumunuz değiştirildi.
notices-comment-deleted = Yorum silindi.
notices-uploaded = Dosyanız kitaplıkta.
notices-media-deleted = Dosya silindi.
notices-media-described = Betimleme kaydedildi.
notices-media-focus = Bu nokta artık görünür kalacak.
notices-password-set = Parolanız belirlendi. Onunla giriş yapın.
notices-password-changed = Parolanız değişti; diğer bütün oturumlarınız kapandı.
notices-link-sent = Bir bağlantı yola çıktı. E-postanıza bakın.
notices-address-verified = Adresiniz doğrulandı.
notices-address-back = Adresiniz geri alındı ve bütün oturumlar kapandı. Şimdi yeni bir parola belirleyin.
notices-session-ended = O oturum kapandı.
notices-sessions-ended = Diğer bütün oturumlarınız kapandı.
