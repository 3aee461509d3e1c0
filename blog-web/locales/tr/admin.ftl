# Yönetim sayfalarının çevresinde duranlar.

admin-title = Yönetim
admin-settings = Ayarlar
admin-settings-saved = Ayarlar kaydedildi.
