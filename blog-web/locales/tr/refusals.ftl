# Bir şeyin neden kabul edilmediği; alanın yanında ya da formun üstünde durur.

refusals-empty = Lütfen bu alanı doldurun.
refusals-too-short = En az { $count } karakter kullanın.
refusals-too-long = En fazla { $count } karakter kullanın.
refusals-too-many-bytes = En fazla { $kilobytes } KB metin kullanın.
refusals-too-many = En fazla { $count } tane verin.
refusals-letters-tag = Yalnızca harf, rakam ve boşluk kullanın; etiketleri virgülle ayırın.
refusals-letters-tag-slug = Yalnızca a–z harflerini, rakamları ve kısa çizgi kullanın.
refusals-letters-username = Yalnızca a–z harflerini, rakamları, - ve _ işaretlerini kullanın; bir harf ya da rakamla başlayın.
refusals-letters-slug = Yalnızca a–z harflerini, rakamları ve aralarında tek kısa çizgi kullanın.
refusals-letters-media-key = Yalnızca küçük harfleri, rakamları, -, _, . işaretlerini ve tek eğik çizgi kullanın.
refusals-control-characters = Görünmeyen denetim karakterlerini kaldırın.
refusals-not-an-address = Bu bir e-posta adresi değil.
refusals-taken = Bu alınmış; başka bir tane seçin.
refusals-reserved = Bu sözcük ayrılmış; başka bir tane seçin.
refusals-common-password = Bu parola çok yaygın; birbiriyle ilgisiz birkaç sözcük kullanın.
refusals-similar-password = Bu parola adınıza ya da adresinize benziyor; başka bir tane seçin.
refusals-not-a-choice = Sunulan değerlerden birini seçin.
refusals-not-a-time = Tarih ve saati 2026-01-31T18:30 biçiminde verin.
refusals-too-deep = Listeler ve alıntılar { $count } düzeyden daha derin iç içe geçmiş; daha sade hâle getirin.
refusals-not-your-media = Kendi resimlerinizden birini seçin.
refusals-too-many-pixels = Bu resimde çok fazla piksel var; küçültün (en fazla 40 megapiksel, bir kenarı en fazla 12.000).
refusals-damaged-picture = Bu resim bozuk; yeniden dışa aktarın.
refusals-no-letter = Her etikette en az bir harf ya da rakam olmalı.
refusals-in-future = Bu zaman ileride: “Zamanlanmış” seçeneğini seçin ya da tarihi boş bırakın.
refusals-not-in-future = Gelecekte bir zaman seçin.
refusals-unfit = Bu kabul edilemez; lütfen değiştirin.
refusals-field = “{ $field }” alanındaki değer kabul edilemez; geri dönüp değiştirin ve yeniden gönderin.
refusals-unknown-field = Bu formda blogun tanımadığı bir alan var; sayfayı yenileyin.

refusals-log-in = Artık giriş yapmış durumda değilsiniz; başka bir sekmede giriş yapın, sonra bunu yeniden gönderin.
refusals-not-yours = Bu başkasına ait.
refusals-role = Rolünüz bunu kapsamıyor.
refusals-suspended = Bu hesap askıya alınmış.
refusals-unverified = Önce e-posta adresinizi doğrulayın.
refusals-registration-closed = Kayıtlar kapalı; sitenin sahibinden bir hesap isteyin.
refusals-owner-first = Bu blog kuruluyor; önce, sunucunun terminalindeki bağlantıyla sahibinin hesabı açılır.
refusals-credentials = Ad ya da parola yanlış; ikisini de kontrol edip yeniden deneyin.

refusals-changed-meanwhile = Bu arada burada bir değişiklik yapıldı; yeni sürüme bakın, sonra kendinizinkini yeniden gönderin.
refusals-username-taken = Bu ad alınmış; başka bir tane seçin.
refusals-email-taken = Bu adres alınmış; başka bir adres kullanın.
refusals-identity-taken = Bu dış kimlik başka bir hesaba ait; onunla giriş yapın.
refusals-exists = Bu adla bir şey zaten var; başka bir ad seçin.
refusals-has-owner = Bu blogun zaten bir sahibi var; bunun yerine giriş yapın.
refusals-thread-full = Bu yanıt dizisi dolu; aşağıda yeni bir yorum başlatın.
refusals-no-slug = Bu başlık için boş bir adres bulunamadı; başlığı değiştirin ya da bir adres verin.
refusals-other-state = Bu arada durum değişti; sayfayı yenileyip yeniden bakın.

refusals-gone = Bu artık yok, bu yüzden hiçbir şey kaydedilmedi; metninizin bir kopyasını saklayın.
refusals-gone-user = Hesap artık yok, bu yüzden bu kaydedilmedi; metninizin bir kopyasını saklayın.
refusals-gone-token = Bu bağlantı artık geçerli değil; yenisini isteyin.
refusals-gone-post = Yazı artık yok, bu yüzden bu kaydedilmedi; metninizin bir kopyasını saklayın.
refusals-gone-revision = Bu eski sürüm artık yok, bu yüzden hiçbir şey kaydedilmedi; metninizin bir kopyasını saklayın.
refusals-gone-comment = Yorum artık yok, bu yüzden bu kaydedilmedi; metninizin bir kopyasını saklayın.
refusals-gone-autosave = Sizin için saklanan metin artık yok; elinizde olan, bu formda yazanlardır.
refusals-gone-media = Dosya artık yok, bu yüzden bu kaydedilmedi; metninizin bir kopyasını saklayın.

refusals-picture-size = Resim { $megabytes } MB’tan büyük; küçültüp yeniden gönderin.
refusals-video-size = Video { $megabytes } MB’tan büyük; küçültüp yeniden gönderin.
refusals-no-picture = Bu tür bir dosya kabul edilmiyor; PNG, JPEG, WebP veya GIF kullanın.
refusals-no-media = Bu tür bir dosya kabul edilmiyor; PNG, JPEG, WebP, GIF, MP4 veya WebM kullanın.
refusals-wait-seconds = Kısa sürede çok sık denendi; { $count } saniye sonra yeniden deneyin.
refusals-wait-minutes = Kısa sürede çok sık denendi; { $count } dakika sonra yeniden deneyin.
refusals-storage-full = Sunucuda yer kalmadı, bu yüzden bu kaydedilmedi; önceden var olan hiçbir şey kaybolmadı. Metninizi saklayın ve siteyi yönetene haber verin.
refusals-unavailable = Sunucu yoğun, bu yüzden bu kaydedilmedi; birkaç saniye bekleyip yeniden gönderin.
refusals-failed = Bizim tarafımızda bir şeyler ters gitti; yeniden deneyin, sorun sürerse siteyi yönetene haber verin.
