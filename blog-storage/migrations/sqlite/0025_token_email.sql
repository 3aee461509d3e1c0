-- The address that a token is about: to be verified, or where its link was sent.
ALTER TABLE blog_tokens ADD COLUMN email TEXT;
