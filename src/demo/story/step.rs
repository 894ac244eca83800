//! One step: a request, and the answer that it must get.

use reqwest::Method;
use serde_json::Value;

use super::Story;
use super::answer::Answer;
use super::line::{Line, Mismatch};

/// A step that is being put together.
pub struct Step<'s, 'a> {
    story: &'s mut Story<'a>,
    who: &'static str,
    what: &'static str,
    method: Method,
    path: String,
    body: Option<Value>,
    seen: Option<String>,
}

impl<'s, 'a> Step<'s, 'a> {
    /// `who` does `what`.
    pub fn new(story: &'s mut Story<'a>, who: &'static str, what: &'static str) -> Self {
        let (method, path) = (Method::GET, String::new());
        Self { story, who, what, method, path, body: None, seen: None }
    }

    /// Reads what is at `path`.
    pub fn get(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Sends `body` to `path`.
    pub fn post(self, path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), ..self }
    }

    /// Changes what is at `path`.
    pub fn patch(self, path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::PATCH, path: path.into(), body: Some(body), ..self }
    }

    /// Says which version was seen: its ETag.
    pub fn having_seen(self, tag: impl Into<String>) -> Self {
        Self { seen: Some(tag.into()), ..self }
    }

    /// Does it. It must be answered with `status`.
    pub async fn gives(self, status: u16) -> Result<Answer, Mismatch> {
        let (who, what) = (self.who, self.what);
        let (story, answer) = self.answered(status).await?;
        let told = if status < 400 { String::new() } else { answer.told() };
        story.note(Line { chapter: story.chapter, who, what, status: Some(status), told });
        Ok(answer)
    }

    /// Does it. It must be refused with `status`, by the rule `rule`.
    pub async fn refused(self, status: u16, rule: &'static str) -> Result<Answer, Mismatch> {
        let (who, what) = (self.who, self.what);
        let answer = self.gives(status).await?;
        match answer.text("rule")? {
            told if told == rule => Ok(answer),
            told => Err(Mismatch::Rule { who, what, expected: rule, rule: told.to_owned() }),
        }
    }

    /// Does it without a line of its own.
    pub async fn quietly(self, status: u16) -> Result<Answer, Mismatch> {
        Ok(self.answered(status).await?.1)
    }

    async fn answered(self, expected: u16) -> Result<(&'s mut Story<'a>, Answer), Mismatch> {
        let Self { story, who, what, method, path, body, seen } = self;
        let token = story.token(who).await?;
        let url = format!("{}{path}", story.stage.base_url);
        let mut request =
            story.http.request(method, url).bearer_auth(token).header("accept-language", "en");
        if let Some(body) = body {
            request = request.json(&body);
        }
        if let Some(tag) = seen {
            request = request.header("if-match", tag);
        }
        let answer = Answer::read(request.send().await?).await?;
        if answer.status() == expected {
            return Ok((story, answer));
        }
        let kind = answer.value()["type"].as_str().unwrap_or_default();
        let problem = format!("{kind} {}", answer.told());
        Err(Mismatch::Status { who, what, expected, status: answer.status(), problem })
    }
}
