# Sitenin ayarları ve menüsü.

site-settings = Ayarlar
site-lede = Sitenin adı ve okurlarını nasıl karşıladığı. Değişiklikler hemen görünür.
site-part-name = Ad
site-part-pages = Sayfalar
site-title = Sitenin adı
site-description = Açıklama
site-description-hint = Tek cümle. Ana sayfada, akışlarda ve arama sonuçlarında görünür.
site-logo = Logo
site-logo-none = Yok
site-logo-hint = Kitaplığınızdan, adın yanında gösterilecek bir resim.
site-logo-library = Kitaplığa resim ekleyin
site-menu = Menü
site-menu-hint = Adres, bu sitenin bir sayfası için / ile (örneğin /tags/gezi), başka bir site için https:// ile başlar. Bir öğeyi taşımak için sırasını değiştirin; kaldırmak için iki alanını da boşaltın.
site-menu-place = Sıra
site-menu-label = Yazı
site-menu-target = Adres
site-language = Dil
site-language-en = English
site-language-tr = Türkçe
site-page-size = Sayfa başına yazı
site-footer = Sayfa altı
site-footer-hint = Düz metin; örneğin siteden kimin sorumlu olduğu.
site-save = Ayarları kaydet
site-save-over = Benimkileri üzerine kaydet
site-stored = Siz düzenlerken ayarlar değişti
site-stored-hint = Hiçbir şey kaybolmadı: aşağıdaki formda sizinkiler duruyor. Bunlar kayıtlı olanlar, kaydedilme zamanı:
