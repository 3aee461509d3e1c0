# Comments and their forms.

comments-author = Author
comments-deleted-by = Deleted
comments-gone-author = Somebody who has left
comments-edited = edited
comments-deleted = This comment was deleted.
comments-edit = Edit
comments-delete = Delete
comments-reply = Reply
comments-yours = Your comment
comments-your-reply = Your reply
comments-save = Save
comments-leave = Leave it as it was
comments-edit-headline = Edit your comment
comments-delete-title = Delete a comment
comments-delete-headline = Delete this comment?
comments-delete-lede = Its words go for good. Replies to it stay.
comments-delete-send = Delete for good
comments-keep = Keep it
