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
