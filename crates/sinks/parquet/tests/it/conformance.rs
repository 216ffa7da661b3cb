use async_trait::async_trait;
use capture_core::conformance::{self, Grave, Rows, SinkHarness};
use capture_core::{Sink, StreamDescriptor};

use crate::{Place, reader};

#[async_trait]
impl SinkHarness for Place {
    async fn open(&self) -> Box<dyn Sink> {
        Box::new(self.sink())
    }

    async fn rows(&self, stream: &StreamDescriptor) -> Rows {
        let rows = reader::now(&self.path(), &stream.name).into_values();
        rows.map(|row| (row.key, row.deleted_at_us.is_none().then_some(row.record))).collect()
    }

    async fn graves(&self, stream: &StreamDescriptor) -> Option<Vec<Grave>> {
        let rows = reader::now(&self.path(), &stream.name).into_values();
        let graves = rows.filter_map(|row| {
            let at = jiff::Timestamp::from_microsecond(row.deleted_at_us?).unwrap().to_string();
            Some(Grave { key: row.key, why: row.why?, at, merged_into: row.merged_into })
        });
        Some(graves.collect())
    }

    /// The state is the last thing that a commit writes.
    async fn break_commits(&self) -> bool {
        std::fs::rename(self.at("_ashby/state.json"), self.at("_ashby/away.json")).unwrap();
        std::fs::create_dir(self.at("_ashby/state.json")).unwrap();
        true
    }

    async fn mend(&self) {
        if !self.at("_ashby/away.json").exists() {
            return;
        }
        std::fs::remove_dir(self.at("_ashby/state.json")).unwrap();
        std::fs::rename(self.at("_ashby/away.json"), self.at("_ashby/state.json")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sink_obeys_the_laws_of_sinks() {
    conformance::sink(Place::new).await;
}
