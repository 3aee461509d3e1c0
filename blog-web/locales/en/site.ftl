# The site's settings, and its menu.

site-settings = Settings
site-lede = What the site is called and how it greets its readers. A change shows at once.
site-part-name = Name
site-part-pages = Pages
site-title = Site name
site-description = Description
site-description-hint = One sentence. It stands on the home page, in feeds and in search results.
site-logo = Logo
site-logo-none = None
site-logo-hint = A picture from your library, shown beside the name.
site-logo-library = Add one to the library
site-menu = Menu
site-menu-hint = An address begins with / for a page of this site, such as /tags/travel, or with https:// for another site. To move an entry, change its place; to remove it, empty both of its fields.
site-menu-place = Place
site-menu-label = Words
site-menu-target = Address
site-language = Language
site-language-en = English
site-language-tr = Türkçe
site-page-size = Posts on a page
site-footer = Foot of the page
site-footer-hint = Plain text, such as who is responsible for the site.
site-save = Save the settings
site-save-over = Save mine over them
site-stored = The settings were changed while you were at it
site-stored-hint = Nothing is lost: below, the form holds yours. These are stored, saved
