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
privacy-export-password-hint = Parolanızı gireli bir süre geçti ve bu dosyada size ait her şey var.
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
privacy-title = Gizlilik
privacy-begin = Gizlilik sayfasına başla
privacy-statement =
    > Bu satırın yerine { $site } sitesini kimin yürüttüğünü, ona nasıl ulaşılacağını ve verileri başka kimlerin aldığını yazın: barındırıcınız, posta sağlayıcınız. Aşağıdakiler bu sitenin yazılımının ne yaptığını anlatır.

    ## Neler saklanır

    - **Okurlardan:** onları adlandıran hiçbir şey. Oturum açana, bir dil seçene ya da bir formun size söyleyecek bir şeyi olana kadar çerez konmaz. Bir yazının her ziyaretçisini günde bir kez saymak için adresin bir özeti, gün bitince yok edilen bir sırla saklanır.
    - **Hesabı olanlardan:** ad, posta adresi, profil, parolanın özeti, açtıysanız oturum açmanın ikinci adımının anahtarı ve yazdığınız, yüklediğiniz ya da beğendiğiniz her şey. Resimler yüklendiklerinde, bir fotoğrafın ele verebileceği yer ve makine bilgisi olmadan yeniden kodlanır.
    - **Kaydolup bağlantıyı hiç izlemeyenlerden:** verdikleri ad ve adres.
    - **Her oturumdan:** tarayıcınızın kendine verdiği ad, oturumun ne zaman başladığı ve en son ne zaman kullanıldığı. Oturum bitince silinir.
    - **Yapılanlar:** oturum açmaların, değişikliklerin ve kararların denetim günlüğü; geldikleri ağla birlikte (bir IPv4 adresinin ilk üç bölümü), adresin kendisi olmadan. Kimse yaptığını gizleyemesin diye hiç değiştirilmez; bir silmeden sonra içinde kimsenin adı olmayan bir numara kalır.
    - **Size yazılan postalar:** gönderilene kadar. Posta sunucusu olmayan bir site onları bir klasörde tutar; siteyi yürüten onları orada okur ve siler. Bir hesap silindiğinde, bunu bildiren sonuncusu dışında hepsi silinir.

    ## Ne kadar süreyle

    - Hesabınız, siz silene kadar; ondan sonra da geri dönebileceğiniz { $grace } gün.
    - Postalardaki bağlantılar, davetler (kullanılmış olanlar da), taslak bağlantıları ve kötüye kullanıma karşı sayımlar: süreleri dolana kadar.
    - Bağlantısı izlenmeyen bir hesap: { $waiting } saat.
    - Kaydetmediğiniz metinler: son değişiklikten sonra { $unsaved } gün.
    - İstediğiniz veri arşivi: { $exports } gün.
    - Yarıda kalan bir yükleme: { $uploads } gün.
    - Silinen bir dosyanın burada bulunmuş olduğu bilgisi: { $removed } gün; depodaki adı, içeriği olmadan.
    - Sitenin hiçbir öğesine ait olmayan ve siteyi yürütenin kenara koyduğu (karantina) bir dosya: o silene kadar. Oradan kimse alamaz; bir hesap silindiğinde onun dosyaları arasında bulunmuş olanlar da silinir. Herkese açık olmuş bir kopyanın kime ait olduğu ise artık bilinmez.

    ## Neler yapabilirsiniz

    “Hesabınız” altında sizinle ilgili saklananları görür, düzeltir, hepsini tek bir dosyada indirir, oturumları sonlandırır ve hesabınızı silersiniz. Başkalarının yazılarındaki yorumlarınız o zaman adınız olmadan kalır.
