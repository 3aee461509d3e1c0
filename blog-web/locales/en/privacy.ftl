# What is somebody's own: taking it along.

privacy-export = Your data
privacy-export-lede = Everything here that is yours, in one file: profile, posts with all their versions, comments, likes, pictures and videos.
privacy-export-what = The file is a ZIP archive with your posts as Markdown, your pictures and videos as they are stored, and the rest as JSON; a README in it explains it. Whoever has it can read all of that, so keep it where only you can.
privacy-export-ask = Make the file
privacy-export-ask-again = Make a new one
privacy-export-again-hint = It takes the place of the one above.
privacy-export-making = Your file is being made.
privacy-export-progress = { $done } of { $total } posts and files are in it.
privacy-export-waits = It is about to begin.
privacy-export-mail = You need not wait here: we write to you when it is ready. Large videos may take a while.
privacy-export-look = See how far it is
privacy-export-ready = Your file is ready.
privacy-export-made = made
privacy-export-until = can be fetched until
privacy-export-fetch = Download
privacy-export-password-hint = It is a while since you gave it, and everything of yours is in this file.
privacy-export-asked = Your file is being made. We write to you when it is ready.
privacy-export-busy = Your file is being made already.
privacy-readme =
    What is in this archive
    =======================

    Everything at { $site } that belongs to the account { $name }.

    account.json
      Your account: profile, sessions, comments, likes, reports, unsaved texts, links and invitations that you made,
      and what the site's audit log says about you. "posts" and "media" name the files below. Times are UTC.
      No password or other secret is in it.

    posts/NAME.md
      A post as Markdown, drafts too. The lines between the first two "---" say what it is: title, tags, status, times.
      Each value there is JSON, which YAML understands. A picture in the text is written media:ID; "media" says
      which file that is.

    posts/NAME.revisions.json
      Every version of that post that was ever saved, newest first.

    media/
      Your pictures and videos under the names that they had. They are as we store them: pictures were encoded anew
      when you uploaded them, without the place and camera that a photograph may tell.

    "schema_version" in the JSON files counts up when something in them changes its meaning or leaves.
privacy-title = Privacy
privacy-begin = Begin a privacy page
privacy-statement =
    > Replace this line by who runs { $site }, how to reach them, and who else gets data: your host, your mail provider. What follows describes what the software of this site does.

    ## What is kept

    - **Of readers:** nothing that names them. No cookie is set until you log in, choose a language, or a form has something to tell you. To count each visitor of a post once a day, a hash of the address is kept, under a secret that is destroyed when the day is over.
    - **Of people with an account:** name, address of mail, profile, a hash of the password, the key of the second step of logging in where you turned it on, and everything you write, upload or like. Pictures are encoded anew when you upload them, without the place and camera that a photograph may tell.
    - **Of people who signed up and never followed the link:** the name and the address that they gave.
    - **Of each log-in:** what your browser calls itself, when it began and when it was last used. It goes when it ends.
    - **What was done:** an audit log of log-ins, changes and decisions, with the network that they came from (the first three parts of an IPv4 address), not the address itself. It is never changed, so that nobody can hide what they did; after an erasure it holds a number that is nobody’s name.
    - **Mails to you:** until they have left. A site without a mail server keeps them in a folder, where who runs it reads and deletes them; when an account is erased, all of them go but the last, which says so.

    ## For how long

    - Your account, until you delete it, and { $grace } days after that in which you can come back.
    - Links in mails, invitations (used ones too), links to drafts, and counts against abuse: until they are over.
    - An account whose link nobody followed: { $waiting } hours.
    - Texts that you did not save: { $unsaved } days after the last change.
    - An archive of your data that you asked for: { $exports } days.
    - An upload that broke off: { $uploads ->
        [one] 1 day
       *[other] { $uploads } days
    }.
    - That a file was here, after it was deleted: { $removed } days, its name in the store and nothing of its content.
    - A stored file that belongs to no item of the site, and that who runs it put aside (quarantine): until they delete it. Nobody can fetch it from there, and when an account is erased, what lay among its files goes too; of a copy that was public it is not known any more whose it was.

    ## What you can do

    Under “Your account” you see and correct what is kept of you, fetch all of it in one file, end log-ins, and delete the account. Comments on posts of others then stay without your name.
