# Hesaplarla ilgili e-postalar. Her biri düz metindir; bağlantı kendi satırında durur.

mail-verify-subject = { $site }: bu adres sizin mi?
mail-verify =
    Merhaba { $name },

    birisi { $site } sitesinde bir hesap açtı ya da hesabının adresini değiştirdi ve bu adresi verdi. Bu sizseniz, 24 saat geçerli olan şu bağlantıyı izleyin:

    { $link }

    Siz değilseniz yapmanız gereken bir şey yok.
mail-known-subject = { $site }: zaten bir hesabınız var
mail-known =
    Merhaba { $name },

    birisi { $site } sitesinde bu adresi kendisinin diye verdi. Adres zaten sizin hesabınıza ait. Bunu yapan sizseniz ve parolanızı unuttuysanız, buradan yenisini belirleyin:

    { $link }

    Siz değilseniz yapmanız gereken bir şey yok.
mail-reset-subject = { $site }: yeni parola
mail-reset =
    Merhaba { $name },

    bu bağlantı { $site } sitesindeki hesabınıza yeni bir parola belirler; bir kez ve 30 dakika boyunca geçerlidir:

    { $link }

    Bunu siz istemediyseniz yapmanız gereken bir şey yok: parolanız olduğu gibi kalır.
mail-moved-subject = { $site }: adresiniz değişti
mail-moved =
    Merhaba { $name },

    { $site } sitesindeki hesabınızın adresi bundan böyle { $address }. Bunu yapan siz değilseniz 7 gün içinde buradan geri alın:

    { $link }
mail-moved-told =
    Merhaba { $name },

    { $site } sitesindeki hesabınızın adresi bundan böyle { $address }. Bunu yapan siz değilseniz giriş yapın, yeni bir parola belirleyin ve adresi geri değiştirin:

    { $link }
mail-leaving-subject = { $site }: hesabınız silinecek
mail-leaving =
    Merhaba { $name },

    { $site } hesabınız, istediğiniz gibi, yazılarınız ve resimlerinizle birlikte 14 gün sonra silinecek. Vazgeçerseniz o zamana dek giriş yapın:

    { $link }
mail-erased-subject = { $site }: hesabınız silindi
mail-erased =
    { $site } sitesindeki hesabınız, istediğiniz gibi silindi. Yapılanların dökümü:

    Sürümleri ve yorumlarıyla birlikte yazılar: { $posts }
    Resimler ve videolar: { $files }
    Adınız olmadan kalan yorumlar: { $comments }
    Beğeniler: { $likes }

    Bu adres de saklanmıyor: bu son postadır.
mail-exported-subject = { $site }: verileriniz hazır
mail-exported =
    Merhaba { $name },

    { $site } sitesinde size ait olan her şeyi içeren dosya hazır. 7 gün boyunca, oturum açarak buradan indirebilirsiniz:

    { $link }

    Bunu siz istemediyseniz parolanızı değiştirin: isteyen kişi parolanızı biliyor.
mail-export-failed-subject = { $site }: verileriniz hazırlanamadı
mail-export-failed =
    Merhaba { $name },

    { $site } sitesinde size ait olan her şeyi içeren dosya, defalarca denenmesine rağmen hazırlanamadı. Lütfen siteyi yürütene haber verin; sonra oturumunuz açıkken buradan yeniden isteyin:

    { $link }
mail-password-subject = { $site }: parolanız değişti
mail-password =
    Merhaba { $name },

    { $site } sitesindeki hesabınızın parolası az önce değişti. Bunu yapan siz değilseniz buradan yenisini belirleyin:

    { $link }
mail-other-subject = { $site }: hesabınızla ilgili haber
mail-other =
    { $site } sitesindeki hesabınızla ilgili bir haber var. Görmek için giriş yapın:

    { $link }
