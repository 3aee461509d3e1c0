# The second step of logging in: a code from an app.

second-title = Two-step log-in
second-lede = Besides your password, a log-in asks for a code that an app on your phone makes. Whoever learns your password alone cannot log in.
second-off = It is off.
second-required = You look after this site, so you need it: set it up first, then go on.
second-required-on = You look after this site, so it cannot be turned off.
second-begin = Set it up
second-scan = Scan this picture
second-scan-hint = With an app for one-time codes, such as one that keeps your passwords.
second-picture = A picture that an app for one-time codes can read; the same key stands below it.
second-key = Or type this key
second-confirm-hint = Then give the six digits that the app shows. Only then it is on.
second-code = Code
second-confirm = Turn it on
second-again = Begin again
second-on = It is on since
second-codes-left =
    { $count ->
        [0] No recovery code is left: make new ones.
        [one] One recovery code is left.
       *[other] { $count } recovery codes are left.
    }
second-failures =
    { $count ->
        [one] One wrong code was given since the last right one.
       *[other] { $count } wrong codes were given since the last right one.
    }
second-failures-hint = If it was not you, somebody knows your password: change it.
second-code-hint = From your app, or a recovery code.
second-renew = New recovery codes
second-renew-lede = The ones you have are good for nothing from then on.
second-renew-send = Make new codes
second-turn-off = Turn it off
second-turn-off-lede = Then your password is enough to log in.
second-codes-title = Your recovery codes
second-codes-lede = If you lose your phone, each of these logs you in once in place of a code. Print them or write them down now: they are not shown again.
second-codes-done = I have kept them
second-step-title = The second step
second-step-lede = Your password is right. Now give the code that your app shows, or one of your recovery codes.
second-step-send = Log in
second-step-lost = Lost your phone and the recovery codes? Ask whoever runs this blog.
second-late = That took too long. Log in again.
second-over = That took too long. Set it up again.
second-turned-off = Two-step log-in is off.
second-require = Editors and admins must log in with a second step
second-needed = This account needs two-step log-in. Set it up in your account, then send this again.
second-wrong-code = This code is wrong, or it was used already. Wait for the next one.
second-erased-at = Will be erased
second-keep = Stop the erasure
second-keep-hint = They asked for their account to be erased. Stopped, it stays as it is.
second-kept = The account stays.
second-registered-waits = We sent a letter to this address. Follow its link within 24 hours, then log in.
second-link-first = Follow the link in the letter that we sent to you, then log in. Nothing there? Look among the unwanted mail.
second-mail-on-subject = { $site }: two-step log-in is on
second-mail-on =
    Hello { $name },

    from now on a log-in to your account at { $site } asks for a code besides the password. If it was not you, set a new password and tell whoever runs the blog:

    { $link }
second-mail-off-subject = { $site }: two-step log-in is off
second-mail-off =
    Hello { $name },

    two-step log-in was turned off for your account at { $site }: the password alone is enough now. If it was not you, set a new password and turn it on again:

    { $link }
second-mail-recovery-subject = { $site }: a recovery code was used
second-mail-recovery =
    Hello { $name },

    a recovery code of your account at { $site } was used just now. Codes that are left: { $count }. If it was not you, set a new password and make new codes:

    { $link }
second-mail-wrong-subject = { $site }: somebody gave a wrong code
second-mail-wrong =
    Hello { $name },

    somebody gave the password of your account at { $site }, and a wrong code after it. They did not get any further. If it was not you, somebody knows your password; set a new one:

    { $link }
