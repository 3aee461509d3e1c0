# The mails that accounts bring about. Each is plain text with one link on a line of its own.

mail-verify-subject = { $site }: is this your address?
mail-verify =
    Hello { $name },

    somebody made an account at { $site }, or changed its address, and gave this one. If it was you, follow this link; it is good for 24 hours:

    { $link }

    If it was not you, there is nothing to do.
mail-known-subject = { $site }: you have an account already
mail-known =
    Hello { $name },

    somebody gave this address as theirs at { $site }. It belongs to your account already. If it was you and your password is gone, set a new one here:

    { $link }

    If it was not you, there is nothing to do.
mail-reset-subject = { $site }: a new password
mail-reset =
    Hello { $name },

    this link sets a new password for your account at { $site }; it is good once, for 30 minutes:

    { $link }

    If you did not ask for it, there is nothing to do: your password stays as it is.
mail-moved-subject = { $site }: your address was changed
mail-moved =
    Hello { $name },

    the address of your account at { $site } is { $address } from now on. If it was not you, take it back here within 7 days:

    { $link }
mail-moved-told =
    Hello { $name },

    the address of your account at { $site } is { $address } from now on. If it was not you, log in, set a new password and change the address back:

    { $link }
mail-leaving-subject = { $site }: your account will be erased
mail-leaving =
    Hello { $name },

    your account at { $site } will be erased in 14 days, with your posts and pictures, as you asked. If you want to keep it, log in before then:

    { $link }
mail-erased-subject = { $site }: your account was erased
mail-erased =
    Your account at { $site } was erased, as you asked. What that came to:

    Posts, with their versions and comments: { $posts }
    Pictures and videos: { $files }
    Comments that stay without your name: { $comments }
    Likes: { $likes }

    This address is not kept either: this is the last mail.
mail-exported-subject = { $site }: your data is ready
mail-exported =
    Hello { $name },

    the file with everything at { $site } that is yours is ready. For 7 days you can fetch it here, logged in:

    { $link }

    If you did not ask for it, change your password: whoever asked has it.
mail-export-failed-subject = { $site }: your data could not be put together
mail-export-failed =
    Hello { $name },

    the file with everything at { $site } that is yours could not be made, though it was tried many times. Please tell who runs the site; then ask for it again here, logged in:

    { $link }
mail-password-subject = { $site }: your password was changed
mail-password =
    Hello { $name },

    the password of your account at { $site } was changed just now. If it was not you, set a new one here:

    { $link }
mail-other-subject = { $site }: news about your account
mail-other =
    There is news about your account at { $site }. Log in to see it:

    { $link }
