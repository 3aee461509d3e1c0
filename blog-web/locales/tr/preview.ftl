# Önizleme bağlantıları: onları oluşturanların ve izleyenlerin gördükleri.

preview-link = Önizleme bağlantıları
preview-title = Önizleme bağlantıları
preview-lede = Böyle bir bağlantısı olan herkes, bağlantı sona erene kadar yazıyı hesap açmadan şu anki hâliyle görür. Yalnızca okumasını istediğiniz kişilere verin.
preview-made = Bağlantı hazır
preview-made-hint = Şimdi kopyalayın: yalnızca bu kez gösterilir. Yazıyı gösterdiği son an:
preview-address = Önizleme bağlantısı
preview-open = Aç
preview-public = Bu yazıyı herkes okuyabilir: insanlara kendi adresini verin. Daha önce oluşturulan bağlantılar oraya götürür.
preview-days = Yazıyı ne kadar süre göstersin
preview-days-long =
    { $count ->
        [one] Bir gün
       *[other] { $count } gün
    }
preview-make = Bağlantı oluştur
preview-back = Yazmaya dön
preview-good = Bu yazıyı gösteren bağlantılar
preview-until = Bitiş:
preview-made-by = Oluşturan:
preview-revoke = Şimdi sona erdir
preview-revoked = Bağlantı sona erdi, artık hiçbir şey göstermiyor.
preview-none = Şu anda bu yazıyı gösteren bağlantı yok.
preview-draft = Bu bir taslağın önizlemesidir: onu yalnızca bu bağlantıya sahip olanlar görür.
preview-scheduled = Bu, henüz yayımlanmamış bir yazının önizlemesidir: onu yalnızca bu bağlantıya sahip olanlar görür.
preview-good-until = Bağlantının geçerli olduğu son an:
