# Davetler.

invitations-title = Davetler
invitations-lede = Her biri tek bir hesap açan bağlantılar. Kayıt herkese açıkken ya da davetle yapılırken geçerlidirler.
invitations-made = Davet hazır
invitations-made-hint = Adresi şimdi kopyalayın: yalnızca bir kez gösterilir. Ona sahip olan bir hesap açabilir.
invitations-address = Davetin adresi
invitations-role = Yeni hesabın rolü
invitations-days = Geçerlilik
invitations-days-long = { $count ->
    [one] { $count } gün
   *[other] { $count } gün
}
invitations-make = Davet oluştur
invitations-none = Hiç davet yok.
invitations-used = Kullanıldı
invitations-over = Süresi doldu
invitations-made-at = Oluşturma:
invitations-used-at = Kullanım:
invitations-until = Son geçerlilik:
invitations-revoke = Sona erdir
invitations-revoked = Davet sona erdirildi.
invitations-needed = Burada hesap açmak için davet gerekir; siteyi yönetene sorun.
invitations-welcome = Davet edildiniz: bir ad ve bir parola seçin.
