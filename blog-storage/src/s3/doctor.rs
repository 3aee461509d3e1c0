//! What the doctor looks at in a bucket: each request that the adapter makes, on an object of its own.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput as Notifications;
use aws_sdk_s3::types::Event;
use blog_core::model::media::PROBE;
use uuid::Uuid;

use super::place::Place;
use super::{ACTIONS, DOCTOR_ACTIONS, S3Media};
use crate::aws;
use crate::aws::trouble::{self, partition};
use crate::doctor::{Fed, Finding, misnamed};

const BODY: &[u8] = b"The doctor of a blog put this here, and takes it away again.\n";

/// What the keys of a blog's media begin with: the events of both are needed.
const KEYS: [&str; 2] = ["private/", "public/"];

/// Looks at the bucket of a URL; at its events too, where the index hears of them.
pub(crate) async fn bucket(
    url: &str,
    endpoint: Option<&str>,
    fed: Fed,
    heard: bool,
) -> Vec<Finding> {
    let place = match Place::parse(url) {
        Ok(place) => place,
        Err(error) => return vec![misnamed("media-url", url, &error)],
    };
    let shared = aws::config(endpoint).await;
    let credentials = Finding::ok("media-credentials", "sign", "S3");
    let provider = match aws::check(&shared).await {
        Ok(provider) => provider,
        Err(lacks) => return vec![credentials.failed(lacks.sentence())],
    };
    let region = shared.region().map_or("", |region| region.as_ref());
    let examination = Examination {
        thing: format!("bucket \"{}\"", place.bucket),
        arn: format!("arn:{}:s3:::{}", partition(region), place.bucket),
        region,
        endpoint,
        media: S3Media::at(place, &shared, provider, endpoint.is_some()),
        findings: vec![credentials],
    };
    examination.run(fed, heard).await
}

struct Examination<'a> {
    media: S3Media,
    thing: String,
    arn: String,
    region: &'a str,
    endpoint: Option<&'a str>,
    findings: Vec<Finding>,
}

impl Examination<'_> {
    async fn run(mut self, fed: Fed, heard: bool) -> Vec<Finding> {
        if !self.answers().await {
            return self.findings;
        }
        let key = format!("{PROBE}{}", Uuid::now_v7().simple());
        match fed {
            Fed::ByEvents => self.may_read(&key).await,
            Fed::ByTheBlog => {
                if let Some(version) = self.put(&key).await {
                    self.read(&key).await;
                    self.delete(&key, version).await;
                }
                self.parts(&format!("{key}-parts")).await;
            }
        }
        if heard {
            self.events(fed).await;
        }
        self.findings
    }

    /// By asking for what is not there: whoever may read is told that, and whoever may not is refused.
    async fn may_read(&mut self, key: &str) {
        let media = &self.media;
        let get = media.client.get_object().bucket(&media.bucket).key(key);
        let answer = get.send().await;
        let fine = self.on_objects("media-read", "GetObject");
        match answer {
            Err(SdkError::ServiceError(error)) if error.err().is_no_such_key() => {
                self.findings.push(fine);
            }
            other => {
                self.note(fine, other);
            }
        }
    }

    fn note<T, E>(
        &mut self,
        fine: Finding,
        answer: Result<T, SdkError<E, HttpResponse>>,
    ) -> Option<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let place = trouble::Place {
            service: "S3",
            thing: &self.thing,
            making: "create it",
            region: self.region,
            endpoint: self.endpoint,
        };
        place.note(&mut self.findings, fine, answer)
    }

    fn on_bucket(&self, check: &'static str, operation: &str) -> Finding {
        Finding::ok(check, action(operation), &self.arn)
    }

    fn on_objects(&self, check: &'static str, operation: &str) -> Finding {
        Finding::ok(check, action(operation), format!("{}/*", self.arn))
    }

    /// By a list, which is allowed with the bucket, and says more than a HEAD where it is refused.
    async fn answers(&mut self) -> bool {
        let media = &self.media;
        let list = media.client.list_objects_v2().bucket(&media.bucket);
        let answer = list.prefix(PROBE).max_keys(1).send().await;
        let fine = self.on_bucket("media-bucket", "ListObjectsV2");
        self.note(fine, answer).is_some()
    }

    async fn put(&mut self, key: &str) -> Option<Option<String>> {
        let media = &self.media;
        let put = media
            .client
            .put_object()
            .bucket(&media.bucket)
            .key(key)
            .content_type("text/plain")
            .set_server_side_encryption(media.encryption())
            .set_ssekms_key_id(media.kms.clone())
            .if_none_match("*")
            .body(BODY.to_vec().into());
        let answer = put.send().await;
        if let Err(error) = &answer
            && !matches!(error, SdkError::ServiceError(_))
        {
            // It may be there all the same. That nothing answers is what is told.
            let delete = media.client.delete_object().bucket(&media.bucket).key(key);
            let _ = delete.send().await;
        }
        let fine = self.on_objects("media-put", "PutObject");
        self.note(fine, answer).map(|put| put.version_id)
    }

    async fn read(&mut self, key: &str) {
        let media = &self.media;
        let get = media.client.get_object().bucket(&media.bucket).key(key);
        let answer = get.send().await;
        let fine = self.on_objects("media-read", "GetObject");
        let Some(got) = self.note(fine.clone(), answer) else {
            return;
        };
        let read = got.body.collect().await.map(|body| body.to_vec());
        if read.ok().as_deref() != Some(BODY) {
            self.findings.pop();
            self.findings.push(fine.failed(
                "what was read is not what was written; look at what stands between this machine and S3",
            ));
        }
    }

    /// Where the bucket keeps versions, they go too, if that is allowed.
    async fn delete(&mut self, key: &str, version: Option<String>) {
        let media = &self.media;
        let delete = media.client.delete_object().bucket(&media.bucket).key(key);
        let answer = delete.send().await;
        if let Ok(deleted) = &answer {
            let marker = deleted.version_id.clone().filter(|_| version.is_some());
            for version in [version, marker].into_iter().flatten() {
                let delete = media.client.delete_object().bucket(&media.bucket).key(key);
                // What may not go ends by the bucket's lifecycle.
                let _ = delete.version_id(version).send().await;
            }
        }
        let fine = self.on_objects("media-delete", "DeleteObject");
        if self.note(fine, answer).is_none()
            && let Some(finding) = self.findings.last_mut()
        {
            finding
                .remedy
                .push_str(&format!("; then delete what lies under {PROBE}"));
        }
    }

    /// An upload in parts that is given up at once.
    async fn parts(&mut self, key: &str) {
        let media = &self.media;
        let create = media
            .client
            .create_multipart_upload()
            .bucket(&media.bucket)
            .key(key)
            .set_server_side_encryption(media.encryption())
            .set_ssekms_key_id(media.kms.clone());
        // That it may be put was said already.
        let Ok(begun) = create.send().await else {
            return;
        };
        let abort = media.client.abort_multipart_upload().bucket(&media.bucket);
        let abort = abort.key(key).set_upload_id(begun.upload_id);
        let answer = abort.send().await;
        let fine = self.on_objects("media-parts", "AbortMultipartUpload");
        self.note(fine, answer);
    }

    async fn events(&mut self, fed: Fed) {
        let media = &self.media;
        let ask = media
            .client
            .get_bucket_notification_configuration()
            .bucket(&media.bucket);
        let answer = ask.send().await;
        let fine = self.on_bucket("media-events", "GetBucketNotificationConfiguration");
        let Some(found) = self.note(fine.clone(), answer) else {
            // Looking is no need of the blog's.
            if let Some(finding) = self.findings.last_mut() {
                finding.status = crate::doctor::Status::Warning;
            }
            return;
        };
        let Some(lacks) = lacking(&found) else {
            return;
        };
        self.findings.pop();
        self.findings.push(match fed {
            Fed::ByEvents => fine.failed(lacks),
            Fed::ByTheBlog => fine.warned(format!(
                "{lacks}; until then the index hears only of what this server itself does"
            )),
        });
    }
}

/// The actions of an operation, as they are declared.
fn action(operation: &str) -> String {
    let all = ACTIONS.iter().chain(&DOCTOR_ACTIONS);
    let mut found = all.filter(|(name, _)| *name == operation);
    found
        .next()
        .map(|(_, actions)| actions.join(" and "))
        .unwrap_or_default()
}

/// One of the bucket's notifications.
struct Notification<'a> {
    events: Vec<&'a str>,
    prefix: &'a str,
    suffix: &'a str,
}

fn notifications(found: &Notifications) -> Vec<Notification<'_>> {
    let mut all = Vec::new();
    macro_rules! add {
        ($configurations:expr) => {
            for one in $configurations {
                let filter = one.filter().and_then(|filter| filter.key());
                let rules = filter.map(|key| key.filter_rules()).unwrap_or_default();
                let rule = |wanted: &str| {
                    let rule = rules.iter().find(|rule| {
                        let name = rule.name().map(|name| name.as_str());
                        name.is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                    });
                    rule.and_then(|rule| rule.value()).unwrap_or_default()
                };
                all.push(Notification {
                    events: one.events().iter().map(Event::as_str).collect(),
                    prefix: rule("prefix"),
                    suffix: rule("suffix"),
                });
            }
        };
    }
    add!(found.lambda_function_configurations());
    add!(found.queue_configurations());
    add!(found.topic_configurations());
    all
}

/// What the notifications of a bucket lack, and what to do.
fn lacking(found: &Notifications) -> Option<String> {
    // EventBridge gets every event; its own rules are not looked at.
    if found.event_bridge_configuration().is_some() {
        return None;
    }
    let all = notifications(found);
    if all.is_empty() {
        return Some(
            "the bucket tells nobody of its events; add a notification of s3:ObjectCreated:* and s3:ObjectRemoved:* to \
             the indexer's function or queue"
                .to_owned(),
        );
    }
    for (kind, word) in [
        ("s3:ObjectCreated:", "s3:ObjectCreated:*"),
        ("s3:ObjectRemoved:", "s3:ObjectRemoved:*"),
    ] {
        let of_kind: Vec<_> = all
            .iter()
            .filter(|one| one.events.iter().any(|event| event.starts_with(kind)))
            .collect();
        if of_kind.is_empty() {
            return Some(format!(
                "the bucket's notifications leave out {word}; add it, or the index never hears of them"
            ));
        }
        let whole: Vec<_> = of_kind
            .into_iter()
            .filter(|one| one.events.contains(&word))
            .collect();
        if whole.is_empty() {
            return Some(format!(
                "the bucket's notifications name only some of {word}; name all of them, or the index misses the others"
            ));
        }
        for key in KEYS {
            let covers =
                |one: &&Notification<'_>| key.starts_with(one.prefix) && one.suffix.is_empty();
            if !whole.iter().any(covers) {
                let filters: Vec<String> = whole
                    .iter()
                    .map(|one| format!("{}…{}", one.prefix, one.suffix))
                    .collect();
                return Some(format!(
                    "the bucket's notifications of {word} are only of keys {}, and media lie under {}; take the filter \
                     away",
                    filters.join(", "),
                    KEYS.join(" and ")
                ));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{
        FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfigurationFilter,
        S3KeyFilter,
    };

    use super::*;

    fn function(events: &[&str], prefix: &str) -> LambdaFunctionConfiguration {
        let rule = FilterRule::builder()
            .name(FilterRuleName::Prefix)
            .value(prefix);
        let key = S3KeyFilter::builder().filter_rules(rule.build()).build();
        LambdaFunctionConfiguration::builder()
            .lambda_function_arn("arn:aws:lambda:us-east-1:000000000000:function:indexer")
            .set_events(Some(
                events.iter().map(|event| Event::from(*event)).collect(),
            ))
            .filter(NotificationConfigurationFilter::builder().key(key).build())
            .build()
            .unwrap()
    }

    fn told(functions: &[(&[&str], &str)]) -> Option<String> {
        let functions = functions
            .iter()
            .map(|(events, prefix)| function(events, prefix))
            .collect();
        lacking(
            &Notifications::builder()
                .set_lambda_function_configurations(Some(functions))
                .build(),
        )
    }

    #[test]
    fn every_event_of_every_folder_is_wanted() {
        let all: &[&str] = &["s3:ObjectCreated:*", "s3:ObjectRemoved:*"];
        assert_eq!(told(&[(all, "")]), None);
        assert_eq!(told(&[(all, "private/"), (all, "public/")]), None);
        let one_folder = told(&[(all, "private/")]).unwrap();
        assert!(
            one_folder.contains("only of keys private/…"),
            "{one_folder}"
        );
        // Some events of a folder are not all of them, though another folder's are.
        let some: &[&str] = &["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"];
        let halved = told(&[(all, "private/"), (some, "public/")]).unwrap();
        assert!(
            halved.contains("s3:ObjectCreated:* are only of keys private/…"),
            "{halved}"
        );
        let puts = told(&[(some, "")]).unwrap();
        assert!(
            puts.contains("name only some of s3:ObjectCreated:*"),
            "{puts}"
        );
    }
}
