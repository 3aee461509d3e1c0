# Bir yazının geçmişi: sürümlerin listesi, iki sürümün karşılaştırması, birinin geri getirilmesi.

history-link = Geçmiş
history-title = Geçmiş
history-lede = Her kayıt saklanır. Neyin değiştiğini görmek veya geri getirmek için bir sürüm seçin.
history-version = { $version }. sürüm
history-current = şimdiki
history-nobody = siteden ayrılmış biri
history-first = ilk sürüm, { $size }
history-longer = { $size } daha uzun
history-shorter = { $size } daha kısa
history-as-long = öncekiyle aynı uzunlukta
history-retitled = Başlık değişti:
history-older = Daha eski sürümler
history-newest = En yeni sürümler
history-compare = Karşılaştırma
history-all = Tüm sürümler
history-with-before = Neyi değiştirdi
history-with-current = Şimdiki sürümle yan yana
history-nothing-before = Bundan önce bir şey yoktu.
history-same = Metin ikisinde de aynı.
history-unchanged = Değişmeyen { $count } satır
history-unchanged-more = … ve { $count } satır daha.
history-left-out = Değişen { $count } satır daha var, burada gösterilmiyor.
history-restore = { $version }. sürümü geri getir
history-restored = Eski sürüm yeni bir sürüm olarak geri getirildi.
history-restore-hint = Başlık ve metin yeni bir sürüm olarak kaydedilir. Hiçbir şey silinmez; etiketler, kapak, tarih ve adres olduğu gibi kalır.
