//! The targets, by name.

mod documents;
mod json;
mod names;
mod pages;

/// Something that reads bytes from outside.
#[derive(Debug)]
pub struct Target {
    /// Its name, and that of its folder of seeds.
    pub name: &'static str,
    /// Panics if something is wrong.
    pub call: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: &'static [&'static [u8]],
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "splitter", call: pages::splitter, seeds: &[] },
    Target { name: "envelope", call: pages::envelope, seeds: &[] },
    Target {
        name: "refusals",
        call: pages::refusals,
        seeds: &[
            br#"{"success":false,"errors":["invalid_input",{"message":"x: y","parameter":null}],"warnings":["w"]}"#,
            br#"{"success":false,"errorInfo":{"code":"rate_limit_exceeded","message":"m","requestId":"01K"}}"#,
            br#"{"success":false,"errors":null,"errorInfo":null}"#,
        ],
    },
    Target {
        name: "slices",
        call: json::slices,
        seeds: &[
            br#"{"id":"1","text":"\ud83d half","nested":{"a":[1,2.50,-0,1e5,null,true]},"n\u0061me":"\u0000"}"#,
            br#"[{"a":1},"b",[],{}]"#,
        ],
    },
    Target {
        name: "journal",
        call: documents::journal,
        seeds: &[
            b"{\"version\":1,\"operation\":\"candidate.createNote\"}\n{\"row\":1,\"status\":\"started\",\"digest\":\"d\"}\n",
            b"{\"version\":2,\"operation\":\"candidate.createNote\"}\n{\"run\":1,\"nonce\":\"n\"}\n{\"row\":1,\"status\":\"done\",\"digest\":\"d\",\"id\":\"i\"}\n",
        ],
    },
    Target {
        name: "state",
        call: documents::state,
        seeds: &[
            br#"{"version":2,"streams":{"users":{"checkpoint":{"token":"t","progress":{"v":1}},"committed_at":"2026-01-01T00:00:00Z","stamp":7,"listed":{"so_far":1,"last_full":2,"last_full_at":"2026-01-01T00:00:00Z"}}}}"#,
            br#"{"version":1,"streams":{}}"#,
        ],
    },
    Target {
        name: "requests",
        call: documents::requests,
        seeds: &[
            b"\x00\x00\x00\x00",
            b"\x02\x00\x00\x00\x0a\x00",
            b"\x06\x00\x00\x00\x2a\x04\x08\x01\x12\x00",
            br#"{"spec":{}}"#,
            br#"{"open":{"capture":{"config":{},"bindings":[{"resourceConfig":{"name":"users"},"stateKey":"users"}]},"state":{}}}"#,
        ],
    },
    Target {
        name: "names",
        call: names::file_names,
        seeds: &[b"cv.pdf", b"../../etc/passwd", b"CON.txt", "Lebenslauf \u{202e}fdp.exe".as_bytes(), b"a\0b", b" . "],
    },
    Target { name: "text", call: names::text, seeds: &[b"\x1b[31mred\x1b[0m", b"=1+1", b"https://example.com", "\u{9b}2J\u{200b}".as_bytes()] },
    Target {
        name: "webhooks",
        call: documents::webhooks,
        seeds: &[
            br#"{"webhookActionId":"1","action":"candidateHire","data":{"candidate":{"id":"c"},"application":{"id":"a"}}}"#,
            br#"{"action":"ping","data":{"webhookActionType":"ping"}}"#,
            b"sha256=0000000000000000000000000000000000000000000000000000000000000000",
        ],
    },
    Target {
        name: "rows",
        call: documents::rows,
        seeds: &[b"note,isPrivate\n\"a, b\",true\n'=1,\n", b"{\"note\":\"x\"}\n{\"note\":1}\n"],
    },
];
