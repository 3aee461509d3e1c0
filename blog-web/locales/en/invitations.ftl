# Invitations.

invitations-title = Invitations
invitations-lede = Links that make one account each. They work while registration is open or by invitation.
invitations-made = The invitation is made
invitations-made-hint = Copy the address now: it is shown this once. Whoever has it can make one account.
invitations-address = Address of the invitation
invitations-role = Role of the new account
invitations-days = Good for
invitations-days-long = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
invitations-make = Make an invitation
invitations-none = There is no invitation.
invitations-used = Used
invitations-over = Over
invitations-made-at = Made
invitations-used-at = Used
invitations-until = Good until
invitations-revoke = End it
invitations-revoked = The invitation is ended.
invitations-needed = You need an invitation to make an account here; ask whoever runs this site.
invitations-welcome = You were invited: choose a name and a password.
