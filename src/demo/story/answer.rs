//! An answer, and what the story asks of it.

use reqwest::{Response, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::line::Mismatch;

/// Header fields that differ between two answers to the same question.
const CHANGING: [&str; 3] = ["date", "x-request-id", "samsyn-entry"];

/// An answer, read to its end.
pub struct Answer {
    status: StatusCode,
    headers: Vec<(String, String)>,
    bytes: Vec<u8>,
    value: Value,
}

impl Answer {
    /// Reads a response to its end.
    pub async fn read(response: Response) -> Result<Self, Mismatch> {
        let status = response.status();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())));
        let headers = headers.collect();
        let bytes = response.bytes().await?.to_vec();
        // What is no JSON, such as an export, has no fields to ask for.
        let value = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Self { status, headers, bytes, value })
    }

    /// Its status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Its body.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its body as JSON.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The id in `field`.
    pub fn id(&self, field: &'static str) -> Result<Uuid, Mismatch> {
        self.text(field)?.parse().map_err(|_| Mismatch::Absent(field))
    }

    /// The text in `field`.
    pub fn text(&self, field: &'static str) -> Result<&str, Mismatch> {
        self.value[field].as_str().ok_or(Mismatch::Absent(field))
    }

    /// The header field `name`, which is written in small letters.
    pub fn header(&self, name: &'static str) -> Result<&str, Mismatch> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).ok_or(Mismatch::Absent(name))
    }

    /// The words that name what is wrong, each with its place, or what a plan lacks.
    pub fn reasons(&self) -> Vec<String> {
        let faults = self.rows("errors").map(|fault| {
            let place = fault["pointer"].as_str().or(fault["parameter"].as_str());
            format!(
                "{} {}",
                place.unwrap_or_default(),
                fault["reason"].as_str().unwrap_or_default()
            )
        });
        let lacks = self.rows("lacks").filter_map(|lack| lack["lack"].as_str().map(str::to_owned));
        faults.chain(lacks).collect()
    }

    /// The rows of the list in `field`; none if there is no list.
    pub fn rows(&self, field: &'static str) -> impl Iterator<Item = &Value> {
        self.value[field].as_array().into_iter().flatten()
    }

    /// What a refusal says of itself: its rule and the law, or what is wrong.
    pub fn told(&self) -> String {
        let text = |field: &str| self.value[field].as_str().unwrap_or_default();
        match (text("rule"), self.reasons().join(", ")) {
            ("", reasons) if reasons.is_empty() => text("detail").to_owned(),
            ("", reasons) => reasons,
            (rule, reasons) if reasons.is_empty() => format!("{rule} ({})", text("law")),
            (rule, reasons) => format!("{rule} ({}), {reasons}", text("law")),
        }
    }

    /// Everything of the answer that does not say when, or to which request, it was given: status,
    /// header fields and body. The order of the fields is the server's whim, and sorted here.
    pub fn faceless(&self) -> (u16, Vec<(&str, &str)>, Vec<u8>) {
        let kept = self.headers.iter().filter(|(name, _)| !CHANGING.contains(&name.as_str()));
        let mut headers: Vec<_> =
            kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.sort_unstable();
        let request = self.header("x-request-id").unwrap_or_default();
        let body = String::from_utf8_lossy(&self.bytes).replace(request, "");
        (self.status(), headers, body.into_bytes())
    }
}
