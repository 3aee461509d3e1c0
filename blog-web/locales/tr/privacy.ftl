# Kişinin kendi verileri: yanında götürmek.

privacy-export = Verileriniz
privacy-export-lede = Burada size ait olan her şey tek bir dosyada: profiliniz, bütün sürümleriyle yazılarınız, yorumlarınız, beğenileriniz, resimleriniz ve videolarınız.
privacy-export-what = Dosya bir ZIP arşividir: yazılarınız Markdown olarak, resim ve videolarınız saklandıkları hâlleriyle, gerisi JSON olarak içindedir; içindeki README dosyası bunları açıklar. Dosyayı eline geçiren herkes hepsini okuyabilir; onu yalnızca sizin ulaşabileceğiniz bir yerde saklayın.
privacy-export-ask = Dosyayı hazırla
privacy-export-ask-again = Yenisini hazırla
privacy-export-again-hint = Yukarıdakinin yerine geçer.
privacy-export-making = Dosyanız hazırlanıyor.
privacy-export-progress = { $total } yazı ve dosyanın { $done } tanesi içinde.
privacy-export-waits = Başlamak üzere.
privacy-export-mail = Burada beklemeniz gerekmez: hazır olduğunda size yazarız. Büyük videolar zaman alabilir.
privacy-export-look = Ne kadar ilerlediğine bak
privacy-export-ready = Dosyanız hazır.
privacy-export-made = hazırlandığı zaman:
privacy-export-until = son indirme zamanı:
privacy-export-fetch = İndir
privacy-export-asked = Dosyanız hazırlanıyor. Hazır olduğunda size yazarız.
privacy-export-busy = Dosyanız zaten hazırlanıyor.
privacy-readme =
    Bu arşivde neler var
    ====================

    { $site } sitesinde { $name } hesabına ait olan her şey.

    account.json
      Hesabınız: profil, oturumlar, yorumlar, beğeniler, bildirimler, kaydedilmemiş metinler, oluşturduğunuz bağlantılar
      ve davetler, bir de sitenin denetim günlüğünün sizinle ilgili söyledikleri. "posts" ve "media" aşağıdaki dosyaların
      adlarını verir. Saatler UTC'dir. İçinde parola ya da başka bir sır yoktur.

    posts/AD.md
      Markdown olarak bir yazı; taslaklar da buradadır. İlk iki "---" arasındaki satırlar yazının ne olduğunu söyler:
      başlık, etiketler, durum, zamanlar. Oradaki her değer, YAML'ın da anladığı JSON'dur. Metindeki bir resim media:ID
      diye yazılır; hangi dosya olduğunu "media" söyler.

    posts/AD.revisions.json
      O yazının kaydedilmiş her sürümü, en yenisi başta.

    media/
      Resimleriniz ve videolarınız, kendi adlarıyla. Bizde saklandıkları gibidirler: resimler yüklendiklerinde, bir
      fotoğrafın ele verebileceği yer ve makine bilgisi olmadan yeniden kodlanmıştır.

    JSON dosyalarındaki "schema_version", içlerindeki bir şeyin anlamı değiştiğinde ya da çıkarıldığında artar.
