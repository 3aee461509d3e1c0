# What stands around the administration's pages.

admin-title = Administration
admin-settings = Settings
admin-settings-saved = The settings are saved.
