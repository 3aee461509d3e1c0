# Yazıları bulmanın yolları: arşiv ve etiketler.

reading-archive = Arşiv
reading-archive-empty = Henüz hiçbir yazı yayımlanmadı.
reading-tags = Etiketler
reading-tags-empty = Henüz hiçbir yazının etiketi yok.
reading-more-tags = Diğer etiketler
reading-first-tags = İlk etiketler
reading-posts = { $count } yazı
reading-month = { $month ->
    [1] Ocak
    [2] Şubat
    [3] Mart
    [4] Nisan
    [5] Mayıs
    [6] Haziran
    [7] Temmuz
    [8] Ağustos
    [9] Eylül
    [10] Ekim
    [11] Kasım
   *[12] Aralık
}
reading-month-of-year = { reading-month } { $year }
reading-months-of = { $year } yılının ayları
reading-whole-year = Tüm yıl
reading-nothing-then = O tarihte hiçbir yazı yayımlanmadı. Hangi aylarda yazı olduğunu arşivde görebilirsiniz.
reading-no-older = Daha eski yazı yok.
reading-to-archive = Arşive git
reading-all-tags = Tüm etiketler
reading-search-cut = Yalnızca ilk { $count } karaktere bakıldı.
reading-search-wordless = Bu metinde aranacak bir sözcük yok.
reading-suggested-tags = Bir etikete göz atın
reading-suggested-posts = En yeni yazılar
