//! A server of many large lists at once, for what the simulator does not do: any operation, records and pages of any
//! size, made as they are asked for. It lives in threads of the bench, whose memory nobody measures.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::{Value, json};

use crate::Result;

/// Streams that have a list of their own and an `id`, each of another operation.
pub(super) const STREAMS: [&str; 24] = [
    "applications",
    "candidates",
    "application_feedback",
    "projects",
    "survey_requests",
    "survey_submissions",
    "interview_schedules",
    "interviews",
    "interview_plans",
    "jobs",
    "openings",
    "job_templates",
    "job_postings",
    "job_boards",
    "offers",
    "approvals",
    "archive_reasons",
    "candidate_tags",
    "close_reasons",
    "communication_templates",
    "custom_fields",
    "feedback_form_definitions",
    "interviewer_pools",
    "departments",
];

/// What every list holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lists {
    pub(super) pages: u64,
    pub(super) records_per_page: u64,
    /// About how long each record is.
    pub(super) record_bytes: usize,
}

impl Lists {
    pub(super) fn records(self) -> u64 {
        self.pages * self.records_per_page
    }

    /// Serves them on a port of their own until the process ends; returns the address.
    pub(super) fn serve(self) -> Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let base_url = format!("http://{}", listener.local_addr()?);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that went away is no fault.
                thread::spawn(move || self.answer_all(&stream));
            }
        });
        Ok(base_url)
    }

    fn answer_all(self, stream: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let operation =
                line.split_whitespace().nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let mut length = 0;
            loop {
                line.clear();
                reader.read_line(&mut line)?;
                match line.trim_end().split_once(':') {
                    None => break,
                    Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                        length = value.trim().parse().map_err(io::Error::other)?;
                    }
                    Some(_) => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let answer = self.answer(&operation, &body);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
            let mut stream = stream;
            write!(stream, "{head} {}\r\n\r\n", answer.len())?;
            stream.write_all(answer.as_bytes())?;
        }
    }

    fn answer(self, operation: &str, body: &Value) -> String {
        if operation == "apiKey.info" {
            let modules = [
                "candidates",
                "interviews",
                "jobs",
                "offers",
                "approvals",
                "hiringProcessMetadata",
                "organization",
                "apiKeys",
            ];
            let scopes: Vec<String> = modules.iter().map(|module| format!("{module}:read")).collect();
            let key = json!({"title": "bench", "createdAt": "2026-01-01T00:00:00Z", "scopes": scopes});
            return json!({"success": true, "results": key}).to_string();
        }
        let page: u64 = body["cursor"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        // A listing since a token finds nothing new.
        let pages = if body["syncToken"].is_string() { 0 } else { self.pages };
        let count = if page < pages { self.records_per_page } else { 0 };
        let mut text = String::with_capacity(self.record_bytes * count as usize + 256);
        text += r#"{"success":true,"results":["#;
        for index in 0..count {
            let number = page * self.records_per_page + index;
            text += if index == 0 { "" } else { "," };
            self.write_record(&mut text, number);
        }
        text += match page + 1 < pages {
            true => format!(r#"],"moreDataAvailable":true,"nextCursor":"{}"}}"#, page + 1),
            false => r#"],"moreDataAvailable":false,"syncToken":"end"}"#.to_owned(),
        }
        .as_str();
        text
    }

    fn write_record(self, text: &mut String, number: u64) {
        let begin = text.len();
        let _ = write!(
            text,
            r#"{{"id":"{number:08x}-0000-4000-8000-{number:012x}","updatedAt":"2026-01-01T00:00:00.000Z","customFields":["#
        );
        let mut first = true;
        while first || text.len() - begin + 100 < self.record_bytes {
            text.push_str(if first { "" } else { "," });
            let value = text.len() as u64 ^ number;
            let _ = write!(
                text,
                r#"{{"id":"{value:08x}","title":"A field of some length","value":"{value:032x}"}}"#
            );
            first = false;
        }
        text.push_str("]}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_all_their_records_and_end() {
        let lists = Lists { pages: 2, records_per_page: 3, record_bytes: 500 };
        let first: Value = serde_json::from_str(&lists.answer("job.list", &json!({}))).unwrap();
        let last: Value = serde_json::from_str(&lists.answer("job.list", &json!({"cursor": "1"}))).unwrap();
        let quiet: Value =
            serde_json::from_str(&lists.answer("job.list", &json!({"syncToken": "end"}))).unwrap();
        assert_eq!((&first["moreDataAvailable"], &first["nextCursor"]), (&json!(true), &json!("1")));
        assert_eq!(last["syncToken"], json!("end"));
        assert_eq!(
            [&first, &last, &quiet].map(|answer| answer["results"].as_array().map(Vec::len)),
            [Some(3), Some(3), Some(0)]
        );
        let length = first["results"][0].to_string().len();
        assert!((400..=600).contains(&length), "{length}");
    }
}
