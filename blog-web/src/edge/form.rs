//! HTML forms: what a person typed, kept as typed, and read strictly.

use http::StatusCode;
use percent_encoding::percent_decode;
use poem::Request;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

use super::body::{media_type, read_body};
use super::error::EdgeError;
use crate::view::Phrase;

/// How much a form may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormLimits {
    /// Most bytes of the encoded form. Default 64 KiB.
    pub bytes: u64,
    /// Most fields, repeated ones counted each. Default 200.
    pub fields: usize,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            fields: 200,
        }
    }
}

/// The fields of a form in the order they came, each value as the person typed it, so that a
/// refused form can be shown again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    /// 415 for another content type, 413 above the limits, 408 or 400 when it came too slowly or
    /// broke off, 400 when it is not UTF-8.
    pub async fn read(request: &mut Request, limits: FormLimits) -> Result<Self, EdgeError> {
        if media_type(request).as_deref() != Some("application/x-www-form-urlencoded") {
            return Err(EdgeError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = read_body(request, limits.bytes).await?;
        Self::decode(&bytes, limits.fields)
    }

    /// Decodes an urlencoded form, or a query.
    ///
    /// # Errors
    /// 413 with more than `max_fields` fields, 400 when it is not UTF-8.
    pub fn decode(encoded: &[u8], max_fields: usize) -> Result<Self, EdgeError> {
        let mut form = Self::default();
        for pair in encoded
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            if form.0.len() == max_fields {
                return Err(EdgeError::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too-many-fields",
                    Phrase::new("errors-too-many-fields"),
                ));
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || decode_text(halves.next().unwrap_or_default());
            form.0.push((half()?, half()?));
        }
        Ok(form)
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of `name` in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter()
            .filter(move |(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads the form into a struct of text, numbers, booleans, unit enums, their options, and
    /// lists for fields that may repeat.
    ///
    /// A field the struct does not name is refused whether or not `T` says
    /// `deny_unknown_fields`, and so is a repeated one unless it is a list. An empty field is
    /// `None` for an `Option`. A checkbox is `true` for `on`, `true` or `1`; browsers leave out
    /// the unchecked, so give it `#[serde(default)]`.
    ///
    /// Stops at the first error. To tell a person everything at once, read text fields here and
    /// check each of them afterwards.
    ///
    /// # Errors
    /// [`FormError`] with the field's name.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, FormError> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for (name, value) in self.iter() {
            match groups.iter_mut().find(|(own, _)| *own == name) {
                Some((_, values)) => values.push(value),
                None => groups.push((name, vec![value])),
            }
        }
        T::deserialize(Fields {
            groups: groups.into_iter(),
            current: None,
        })
    }
}

/// For `#[serde(deserialize_with)]`: a number that no person types, such as the version that a form was filled from.
/// What is no number counts as not given, so that nobody's text is lost over a field that they do not see.
///
/// # Errors
/// When the field is given more than once.
pub fn unseen_number<'de, D: Deserializer<'de>>(field: D) -> Result<Option<u64>, D::Error> {
    let text = <String as serde::Deserialize>::deserialize(field)?;
    Ok(text.trim().parse().ok())
}

fn decode_text(encoded: &[u8]) -> Result<String, EdgeError> {
    let spaced: Vec<u8> = encoded
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_decode(&spaced)
        .decode_utf8()
        .map_err(|_| EdgeError::bad_request("not-utf8", Phrase::new("errors-not-utf8")))?;
    Ok(text.into_owned())
}

/// Why a form is not what its route expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// The route knows no such field.
    #[error("The field “{0}” is not expected here.")]
    Unknown(String),
    /// The field must be there, if empty.
    #[error("The field “{0}” is missing.")]
    Missing(String),
    /// The field may be there only once.
    #[error("The field “{0}” is given more than once.")]
    Repeated(String),
    /// The value does not fit.
    #[error("The field “{name}” {problem}.")]
    Invalid {
        /// The field.
        name: String,
        /// The rest of the sentence that begins with the field's name.
        problem: String,
    },
}

impl FormError {
    /// The field's name; empty when no single field is at fault.
    pub fn field(&self) -> &str {
        match self {
            Self::Unknown(name) | Self::Missing(name) | Self::Repeated(name) => name,
            Self::Invalid { name, .. } => name,
        }
    }

    fn at(mut self, field: &str) -> Self {
        let (Self::Unknown(name)
        | Self::Missing(name)
        | Self::Repeated(name)
        | Self::Invalid { name, .. }) = &mut self;
        if name.is_empty() {
            field.clone_into(name);
        }
        self
    }

    fn invalid(problem: impl Into<String>) -> Self {
        Self::Invalid {
            name: String::new(),
            problem: problem.into(),
        }
    }
}

impl From<FormError> for EdgeError {
    /// 422.
    fn from(error: FormError) -> Self {
        let sentence = match &error {
            FormError::Unknown(_) => Phrase::new("errors-field-unknown"),
            FormError::Missing(_) => Phrase::new("errors-field-missing"),
            FormError::Repeated(_) => Phrase::new("errors-field-repeated"),
            FormError::Invalid { .. } => Phrase::new("errors-field-invalid"),
        }
        .with("field", error.field());
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-form", sentence).caused_by(error)
    }
}

impl From<FormError> for poem::Error {
    fn from(error: FormError) -> Self {
        EdgeError::from(error).into()
    }
}

impl serde::de::Error for FormError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::invalid(format!("is not valid: {message}"))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown(field.to_owned())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field.to_owned())
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Repeated(field.to_owned())
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::invalid(format!("must be one of {}", expected.join(", ")))
    }
}

struct Fields<'a> {
    groups: std::vec::IntoIter<(&'a str, Vec<&'a str>)>,
    current: Option<(&'a str, Vec<&'a str>)>,
}

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = FormError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = FormError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, FormError> {
        self.current = self.groups.next();
        let Some((name, _)) = &self.current else {
            return Ok(None);
        };
        let name: StrDeserializer<'_, FormError> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FormError> {
        let (name, values) = self.current.take().unwrap_or_default();
        seed.deserialize(Values(&values))
            .map_err(|error| error.at(name))
    }
}

/// The values of one field.
#[derive(Clone, Copy)]
struct Values<'a>(&'a [&'a str]);

impl<'a> Values<'a> {
    fn one(self) -> Result<&'a str, FormError> {
        match self.0 {
            [value] => Ok(value),
            _ => Err(FormError::Repeated(String::new())),
        }
    }
}

macro_rules! numbers {
    ($($deserialize:ident $visit:ident $problem:literal),* $(,)?) => {
        $(fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
            let number = self.one()?.trim().parse().map_err(|_| FormError::invalid($problem))?;
            visitor.$visit(number)
        })*
    };
}

impl<'de> Deserializer<'de> for Values<'_> {
    type Error = FormError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_str(self.one()?)
    }

    numbers! {
        deserialize_i8 visit_i8 "must be a whole number",
        deserialize_i16 visit_i16 "must be a whole number",
        deserialize_i32 visit_i32 "must be a whole number",
        deserialize_i64 visit_i64 "must be a whole number",
        deserialize_u8 visit_u8 "must be a whole number from 0",
        deserialize_u16 visit_u16 "must be a whole number from 0",
        deserialize_u32 visit_u32 "must be a whole number from 0",
        deserialize_u64 visit_u64 "must be a whole number from 0",
        deserialize_f32 visit_f32 "must be a number",
        deserialize_f64 visit_f64 "must be a number",
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_bool(match self.one()? {
            "on" | "true" | "1" => true,
            "" | "off" | "false" | "0" => false,
            _ => return Err(FormError::invalid("must be on or off")),
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        match self.0 {
            [""] => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FormError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_seq(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FormError> {
        let variant: StrDeserializer<'_, FormError> = self.one()?.into_deserializer();
        visitor.visit_enum(variant)
    }

    /// A struct that ignores fields it does not know asks for this.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, FormError> {
        Err(FormError::Unknown(String::new()))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct
        identifier
    }
}

impl<'de> SeqAccess<'de> for Values<'_> {
    type Error = FormError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FormError> {
        let Some((_, rest)) = self.0.split_first() else {
            return Ok(None);
        };
        let first = Values(&self.0[..1]);
        self.0 = rest;
        seed.deserialize(first).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Status {
        Draft,
        Published,
    }

    // Without deny_unknown_fields, on purpose.
    #[derive(Debug, PartialEq, Deserialize)]
    struct Post {
        title: String,
        version: u32,
        status: Status,
        slug: Option<String>,
        #[serde(default)]
        pinned: bool,
        #[serde(default)]
        tag: Vec<String>,
    }

    fn parse(encoded: &str) -> Result<Post, FormError> {
        Form::decode(encoded.as_bytes(), 200).unwrap().parse()
    }

    const GOOD: &str = "title=A+%26+%C3%84&version=3&status=draft";

    #[test]
    fn a_form_becomes_a_struct() {
        let post = parse(&format!("{GOOD}&slug=&tag=x&pinned=on&tag=y")).unwrap();
        assert_eq!(
            post,
            Post {
                title: "A & Ä".into(),
                version: 3,
                status: Status::Draft,
                slug: None,
                pinned: true,
                tag: vec!["x".into(), "y".into()],
            }
        );
        assert_eq!(
            parse(&format!("{GOOD}&slug=s")).unwrap().slug.as_deref(),
            Some("s")
        );
        let published = parse("title=&version=0&status=published").unwrap();
        assert_eq!(published.status, Status::Published);
    }

    #[test]
    fn every_refusal_names_its_field() {
        for (form, field, sentence) in [
            (format!("{GOOD}&role=admin"), "role", "is not expected here"),
            (format!("{GOOD}&title=b"), "title", "given more than once"),
            (
                format!("{GOOD}&slug=a&slug=b"),
                "slug",
                "given more than once",
            ),
            ("title=a&status=draft".into(), "version", "is missing"),
            (
                "title=a&version=x&status=draft".into(),
                "version",
                "must be a whole number from 0",
            ),
            (
                "title=a&version=-1&status=draft".into(),
                "version",
                "must be a whole number from 0",
            ),
            (
                "title=a&version=1&status=gone".into(),
                "status",
                "must be one of draft, published",
            ),
            (
                format!("{GOOD}&pinned=maybe"),
                "pinned",
                "must be on or off",
            ),
        ] {
            let error = parse(&form).unwrap_err();
            assert_eq!(error.field(), field, "{form}");
            assert!(error.to_string().contains(sentence), "{form}: {error}");
            assert_eq!(EdgeError::from(error).status().as_u16(), 422);
        }
    }

    #[test]
    fn what_was_typed_is_kept() {
        let form = Form::decode(b"b=%0D%0Ax%3D1&a=+2+&b=3&flag&&=", 10).unwrap();
        let fields: Vec<_> = form.iter().collect();
        assert_eq!(
            fields,
            [
                ("b", "\r\nx=1"),
                ("a", " 2 "),
                ("b", "3"),
                ("flag", ""),
                ("", "")
            ]
        );
        assert_eq!(form.get("b"), Some("\r\nx=1"));
        assert_eq!(form.all("b").count(), 2);
    }

    #[test]
    fn limits_and_broken_text() {
        assert!(Form::decode(b"a&b", 2).is_ok());
        assert_eq!(
            Form::decode(b"a&b&c", 2).unwrap_err().status().as_u16(),
            413
        );
        assert_eq!(
            Form::decode(b"a=%FF", 2).unwrap_err().status().as_u16(),
            400
        );
        assert_eq!(
            Form::decode(b"a=100%&b=%zz", 2).unwrap().get("a"),
            Some("100%")
        );
    }

    #[tokio::test]
    async fn read_checks_type_and_size() {
        let limits = FormLimits {
            bytes: 10,
            fields: 5,
        };
        for (content_type, body, expected) in [
            ("application/x-www-form-urlencoded", "a=1", 200),
            (
                "application/x-www-form-urlencoded;charset=UTF-8",
                "a=1",
                200,
            ),
            ("text/plain", "a=1", 415),
            ("multipart/form-data; boundary=x", "a=1", 415),
            ("application/x-www-form-urlencoded", "a=123456789", 413),
        ] {
            let mut request = Request::builder().content_type(content_type).body(body);
            let status = Form::read(&mut request, limits)
                .await
                .map_or_else(|error| error.status().as_u16(), |_| 200);
            assert_eq!(status, expected, "{content_type} {body}");
        }
    }
}
