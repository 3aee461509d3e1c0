//! What an `s3://` URL says.

/// Why a URL names no bucket.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoBucket {
    #[error("the URL names no bucket; write s3://bucket")]
    Name,
    #[error("the URL's option \"{0}\" is not known; there are kms, checksums and path-style")]
    Option(String),
    #[error("{0}={1} is not known; write {0}={2}")]
    Value(&'static str, String, &'static str),
}

/// When checksums go with requests and are looked at in answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checksums {
    /// Whenever S3 knows them.
    Always,
    /// Only where S3 insists, for servers that do not know them.
    WhenRequired,
}

/// A bucket, and how it is spoken to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) bucket: String,
    /// The key that encrypts what is put, where it is not the bucket's own.
    pub(super) kms: Option<String>,
    pub(super) checksums: Checksums,
    /// Whether the bucket's name stands in the path and not in the host; `None` where the URL leaves it open.
    pub(super) path_style: Option<bool>,
}

impl Place {
    pub(super) fn parse(url: &str) -> Result<Self, NoBucket> {
        let rest = url.strip_prefix("s3://").unwrap_or_default();
        let (bucket, query) = rest.split_once('?').unwrap_or((rest, ""));
        let bucket = bucket.strip_suffix('/').unwrap_or(bucket);
        if bucket.is_empty() || bucket.contains(['/', ':', '@']) {
            return Err(NoBucket::Name);
        }
        let mut place = Self {
            bucket: bucket.to_owned(),
            kms: None,
            checksums: Checksums::Always,
            path_style: None,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("kms", "") => {
                    return Err(NoBucket::Value(
                        "kms",
                        String::new(),
                        "a key's id, alias or ARN",
                    ));
                }
                ("kms", key) => place.kms = Some(key.to_owned()),
                ("checksums", "always") => place.checksums = Checksums::Always,
                ("checksums", "when-required") => place.checksums = Checksums::WhenRequired,
                ("checksums", other) => {
                    let known = "always or checksums=when-required";
                    return Err(NoBucket::Value("checksums", other.to_owned(), known));
                }
                ("path-style", "true") => place.path_style = Some(true),
                ("path-style", "false") => place.path_style = Some(false),
                ("path-style", other) => {
                    let known = "true or path-style=false";
                    return Err(NoBucket::Value("path-style", other.to_owned(), known));
                }
                (other, _) => return Err(NoBucket::Option(other.to_owned())),
            }
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_bucket_and_known_options() {
        let place =
            Place::parse("s3://pictures?kms=alias/blog&checksums=when-required&path-style=true");
        let expected = Place {
            bucket: "pictures".to_owned(),
            kms: Some("alias/blog".to_owned()),
            checksums: Checksums::WhenRequired,
            path_style: Some(true),
        };
        assert_eq!(place.unwrap(), expected);
        for url in [
            "s3://",
            "s3:///",
            "s3:pictures",
            "s3://key:secret@pictures",
            "s3://pictures/folder",
        ] {
            assert!(matches!(Place::parse(url), Err(NoBucket::Name)), "{url}");
        }
        for (query, said) in [
            ("region=x", "the URL's option \"region\" is not known"),
            ("checksums=never", "checksums=never is not known; write"),
            ("path-style=1", "path-style=1 is not known; write"),
            ("kms", "kms= is not known; write kms=a key's id"),
        ] {
            let error = Place::parse(&format!("s3://pictures?{query}")).unwrap_err();
            assert!(error.to_string().starts_with(said), "{error}");
        }
    }
}
