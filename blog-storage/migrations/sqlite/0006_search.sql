-- The terms are plain ASCII words already: no folding, no positions and no copy of the text are needed.
CREATE VIRTUAL TABLE IF NOT EXISTS blog_post_search USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
