# Comments that somebody should look at.

moderation-title = Comments to look at
moderation-comments = Comments
moderation-lede = Comments that wait for approval, and those that readers reported, the newest first.
moderation-lede-own = Comments on your posts that wait for approval, and those that readers reported, the newest first.
moderation-none = Nothing waits for you.
moderation-waits = Waits
moderation-reported = { $count ->
    [one] { $count } report
   *[other] { $count } reports
}
moderation-reasons = Readers said:
moderation-user = About the user
moderation-hint = Choose comments, then what becomes of them. Approving sets reports aside.
moderation-approve = Approve
moderation-delete = Delete
moderation-approved = The comments are approved.
moderation-deleted = The comments are deleted.
moderation-changed = A comment was changed after you saw it and still waits; read it again, then decide.
moderation-decided = Somebody else has decided about these comments already.
moderation-held = Your comment waits for approval; readers see it after that.
moderation-hold-first = Hold first comments
moderation-hold-first-hint = The first comment of everybody waits until an editor or the post’s author approves it; after that, their comments are seen at once.
moderation-links = Links in a comment
moderation-links-hint = The most that a comment may have, 0 to 100. Comments with more are given back to their writers.
moderation-own-comment = An editor must approve a comment of yours.
moderation-report = Report
moderation-report-title = Report this comment
moderation-report-lede = The editors and the author of the post see your reason, not your name.
moderation-report-reason = What is wrong with it?
moderation-report-send = Send the report
moderation-report-sent = Thank you; somebody will look at it.
moderation-too-many-links = { $count ->
    [one] A comment may have { $count } link; leave some out.
   *[other] A comment may have { $count } links; leave some out.
}
moderation-trap = Leave this empty
