# Her formda bulunanlar ve yazı silme.

forms-optional = isteğe bağlı
forms-marked = Henüz kaydedilmedi: lütfen aşağıda işaretlenenlere bakın.
forms-delete-title = Silme
forms-delete-kicker = Yazı silme
forms-delete-lede = Yazı, { $comments } yorum ve { $likes } beğeniyle birlikte silinir. Silmeden gizlemek için onu taslağa çevirin.
forms-delete-send = Kalıcı olarak sil
forms-keep = Vazgeç
