# Resimler ve videolar: kitaplık, içindeki bir dosya ve yeni dosya formu.

library-title = Kitaplık
library-lede = Resimleriniz ve videolarınız: arayın, betimleyin, nerede kullanıldıklarını görün.
library-picture = Resim
library-video = Video
library-being-prepared = Hazırlanıyor
library-no-description = Betimleme yok
library-line-of = { $name } dosyasını gösteren Markdown satırı
library-copy = Kopyala
library-copy-line = Markdown satırını kopyala

library-upload-summary = Resim veya video yükleyin
library-file = Resim veya video
library-file-hint = PNG, JPEG, WebP, GIF, MP4 veya WebM. Resimlerdeki konum ve kamera bilgileri silinir.
library-alt = Ne gösteriyor
library-alt-hint = Göremeyenler için bir cümle.
library-upload = Yükle
library-upload-new-tab = Metniniz olduğu gibi kalsın diye yeni bir sekmede açılır.

library-search-label = Dosyalarınızda arayın
library-search-placeholder = Ad veya betimleme
library-search = Ara
library-shelves = Hangi dosyalar
library-show-all = Tümü
library-show-pictures = Resimler
library-show-videos = Videolar
library-show-unused = Kullanılmayanlar
library-older = Daha eski dosyalar
library-newest = En yeni dosyalar
library-blank = Henüz bir şey yüklenmedi.
library-nothing-found = “{ $query }” ile eşleşen bir dosya yok.
library-all-used = Bütün dosyalar bir yerde kullanılıyor.
library-none-here = Bu türden bir şey yok.
library-no-older = Daha eski dosya yok.
library-show-all-again = Bütün dosyaları göster

library-uploaded = yüklendiği tarih:
library-open = Dosyayı aç
library-save = Kaydet
library-focus = Görünür kalacak yer
library-focus-hint = Resmin en önemli noktasını seçin. Resim kırpıldığında bu nokta içeride kalır.
library-focus-point = Soldan { $column }., yukarıdan { $row }. bölüm; her yönde { $steps } bölüm var
library-focus-save = Bu noktayı koru
library-line = Metniniz için satır
library-line-hint = Dosyanın duracağı yere yapıştırın.
library-places = Nerede kullanılıyor
library-as-cover = kapak olarak
library-in-the-text = metinde
library-as-portrait = profil resmi olarak
library-elsewhere = Ayrıca burada adı verilemeyen yerlerde.
library-nowhere = Henüz hiçbir yerde kullanılmıyor.

library-delete-title = Dosyayı sil
library-delete = Sil…
library-delete-used = Hiçbir yerde kullanılmadığında silinebilir.
library-delete-refused = Bu dosya kullanımda olduğu için silinmedi. Önce aşağıdaki yerlerden çıkarın, sonra silin.
library-delete-back = Dosyaya dön
library-delete-lede = Bu dosya hiçbir yerde kullanılmıyor. Silindikten sonra geri getirilemez.
library-delete-now = Kalıcı olarak sil
library-keep = Kalsın
