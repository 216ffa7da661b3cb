use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use capture_core::conformance::{self, Rows, SinkHarness};
use capture_core::{Counts, ErrorKind, Key, Record, Sink, State, StateUpdate, StreamDescriptor, Write};
use sink_jsonl::LineSink;

use crate::reader::{fold, key};

/// What came down the pipe, piece by piece.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<Vec<u8>>>>);

impl Pipe {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().concat()).unwrap()
    }
}

impl io::Write for Pipe {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(piece.to_vec());
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[async_trait]
impl SinkHarness for Pipe {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(LineSink::new(self.clone()))
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        fold(&self.text(), |mut line| {
            let of_this_stream = line["stream"] == stream.name;
            of_this_stream.then(|| match line["op"].as_str().unwrap() {
                "upsert" => (key(stream, &line["record"]), Some(line["record"].take())),
                "delete" => (key(stream, &line["key"]), None),
                other => panic!("unknown op {other}"),
            })
        })
    }

    async fn state(&self) -> Option<State> {
        None
    }
}

fn stream(name: &str) -> Arc<StreamDescriptor> {
    Arc::new(StreamDescriptor::new(name, ["id", "at"]))
}

async fn open<W: io::Write + Send>(output: W) -> (LineSink<W>, Arc<StreamDescriptor>) {
    let stream = stream("pets");
    let mut sink = LineSink::new(output);
    sink.open(&[Arc::clone(&stream)]).await.unwrap();
    (sink, stream)
}

#[tokio::test]
async fn obeys_the_laws_of_sinks() {
    conformance::sink(Pipe::default).await;
}

#[tokio::test]
async fn a_line_names_stream_and_operation_and_keeps_the_record_as_it_was() {
    let pipe = Pipe::default();
    let (mut sink, stream) = open(pipe.clone()).await;
    let records = [
        Record::upsert("x", r#"{ "b" : 1.10,  "a":"\u00fc" }"#),
        Record::upsert("x", "{\n \"b\": 1\n}"),
        Record::delete(Key::from_parts(&["a\"b".into(), "2".into()]).unwrap()),
    ];
    let counts =
        sink.write(Write { stream: &stream, pass: 1, records: &records, completion: None }).await.unwrap();
    assert_eq!(counts, Counts { written: 2, deleted: 1, ..Counts::default() });
    assert_eq!(pipe.text(), "", "nothing is handed over before it must be");
    sink.commit(&StateUpdate::default()).await.unwrap();
    let expected = concat!(
        "{\"stream\":\"pets\",\"op\":\"upsert\",\"record\":{ \"b\" : 1.10,  \"a\":\"\\u00fc\" }}\n",
        "{\"stream\":\"pets\",\"op\":\"upsert\",\"record\":{\"b\":1}}\n",
        "{\"stream\":\"pets\",\"op\":\"delete\",\"key\":{\"id\":\"a\\\"b\",\"at\":\"2\"}}\n",
    );
    assert_eq!(pipe.text(), expected);
}

#[tokio::test]
async fn pieces_are_large_and_end_with_a_line() {
    let pipe = Pipe::default();
    let (mut sink, stream) = open(pipe.clone()).await;
    let record = Record::upsert("x", format!("{{\"text\":\"{}\"}}", "x".repeat(2_000)));
    let records = vec![record; 1_000];
    sink.write(Write { stream: &stream, pass: 1, records: &records, completion: None }).await.unwrap();
    sink.commit(&StateUpdate::default()).await.unwrap();
    let pieces = pipe.0.lock().unwrap();
    assert!(pieces.len() < 10, "{} pieces", pieces.len());
    assert!(pieces.iter().all(|piece| piece.ends_with(b"}}\n")));
}

/// Fails with this error.
struct Broken(io::ErrorKind);

impl io::Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_reader_that_has_gone_is_told_from_an_output_that_fails() {
    for (cause, kind) in
        [(io::ErrorKind::BrokenPipe, ErrorKind::Closed), (io::ErrorKind::StorageFull, ErrorKind::Storage)]
    {
        let (mut sink, stream) = open(Broken(cause)).await;
        let records = [Record::delete("a")];
        sink.write(Write { stream: &stream, pass: 1, records: &records, completion: None }).await.unwrap();
        assert_eq!(sink.commit(&StateUpdate::default()).await.unwrap_err().kind(), kind);

        let (mut sink, stream) = open(Broken(cause)).await;
        let records = vec![Record::upsert("x", "x".repeat(100_000)); 10];
        let write = Write { stream: &stream, pass: 1, records: &records, completion: None };
        assert_eq!(sink.write(write).await.unwrap_err().kind(), kind);
    }
}
