# Girişin ikinci adımı: bir uygulamadan gelen kod.

second-title = İki adımlı giriş
second-lede = Giriş yaparken parolanızın yanında, telefonunuzdaki bir uygulamanın ürettiği kod da istenir. Yalnızca parolanızı öğrenen biri giriş yapamaz.
second-off = Kapalı.
second-required = Bu siteyle siz ilgileniyorsunuz, bu yüzden buna ihtiyacınız var: önce kurun, sonra devam edin.
second-required-on = Bu siteyle siz ilgileniyorsunuz, bu yüzden kapatılamaz.
second-begin = Kurun
second-scan = Bu resmi tarayın
second-scan-hint = Tek kullanımlık kod üreten bir uygulamayla; parolalarınızı saklayan uygulama da olabilir.
second-picture = Tek kullanımlık kod üreten bir uygulamanın okuyabileceği resim; aynı anahtar altında yazılıdır.
second-key = Ya da bu anahtarı yazın
second-confirm-hint = Ardından uygulamanın gösterdiği altı rakamı verin. Ancak o zaman açılır.
second-code = Kod
second-confirm = Açın
second-again = Baştan başlayın
second-on = Açık; başlangıcı:
second-codes-left =
    { $count ->
        [0] Kurtarma kodunuz kalmadı: yenilerini üretin.
       *[other] { $count } kurtarma kodunuz kaldı.
    }
second-failures =
    { $count ->
       *[other] Son doğru koddan beri { $count } yanlış kod verildi.
    }
second-failures-hint = Bunu yapan siz değilseniz birisi parolanızı biliyor: parolanızı değiştirin.
second-code-hint = Uygulamanızdan, ya da bir kurtarma kodu.
second-renew = Yeni kurtarma kodları
second-renew-lede = Elinizdekiler o andan sonra geçersiz olur.
second-renew-send = Yeni kodlar üretin
second-turn-off = Kapatın
second-turn-off-lede = O zaman giriş için parolanız yeter.
second-codes-title = Kurtarma kodlarınız
second-codes-lede = Telefonunuzu kaybederseniz bunların her biri, kod yerine bir kez giriş yapmanızı sağlar. Şimdi yazdırın ya da bir yere yazın: bir daha gösterilmezler.
second-codes-done = Sakladım
second-step-title = İkinci adım
second-step-lede = Parolanız doğru. Şimdi uygulamanızın gösterdiği kodu ya da kurtarma kodlarınızdan birini verin.
second-step-send = Giriş yapın
second-step-lost = Telefonunuzu da kurtarma kodlarını da mı kaybettiniz? Bu blogu işleten kişiye sorun.
second-late = Çok uzun sürdü. Yeniden giriş yapın.
second-over = Çok uzun sürdü. Yeniden kurun.
second-turned-off = İki adımlı giriş kapatıldı.
second-require = Editörler ve yöneticiler iki adımda giriş yapmalı
second-needed = Bu hesap için iki adımlı giriş gerekli. Hesabınızda kurun, sonra bunu yeniden gönderin.
second-wrong-code = Bu kod yanlış ya da daha önce kullanıldı. Bir sonrakini bekleyin.
second-erased-at = Silineceği zaman
second-keep = Silmeyi durdurun
second-keep-hint = Bu kişi hesabının silinmesini istedi. Durdurursanız hesap olduğu gibi kalır.
second-kept = Hesap kalıyor.
second-registered-waits = Bu adrese bir e-posta gönderdik. 24 saat içinde bağlantısını izleyin, sonra giriş yapın.
second-link-first = Size gönderdiğimiz e-postadaki bağlantıyı izleyin, sonra giriş yapın. Gelmediyse istenmeyen postalara da bakın.
second-mail-on-subject = { $site }: iki adımlı giriş açıldı
second-mail-on =
    Merhaba { $name },

    { $site } hesabınıza girerken bundan böyle parolanın yanında bir kod da istenecek. Bunu yapan siz değilseniz yeni bir parola belirleyin ve blogu işleten kişiye haber verin:

    { $link }
second-mail-off-subject = { $site }: iki adımlı giriş kapatıldı
second-mail-off =
    Merhaba { $name },

    { $site } hesabınız için iki adımlı giriş kapatıldı: artık yalnızca parola yetiyor. Bunu yapan siz değilseniz yeni bir parola belirleyin ve yeniden açın:

    { $link }
second-mail-recovery-subject = { $site }: bir kurtarma kodu kullanıldı
second-mail-recovery =
    Merhaba { $name },

    { $site } hesabınızın bir kurtarma kodu az önce kullanıldı. Kalan kod sayısı: { $count }. Bunu yapan siz değilseniz yeni bir parola belirleyin ve yeni kodlar üretin:

    { $link }
second-mail-wrong-subject = { $site }: yanlış bir kod girildi
second-mail-wrong =
    Merhaba { $name },

    { $site } hesabınızın parolası girildi, ardından yanlış bir kod verildi. Bunu yapan daha ileri gidemedi. Siz değilseniz parolanızı bilen biri var; yeni bir parola belirleyin:

    { $link }
