//! `ashby resume` and `ashby file`: up, and down again.

use ashby_sim::{Fault, FaultRule, Key, ServerOptions};
use serde_json::{Value, json};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Site, bare, ended, run, shape, signal, start, truth, until};

fn candidate(site: &Site, with_resume: bool) -> String {
    let candidates = truth(site.organisation(), "candidates");
    let found =
        candidates.values().find(|candidate| candidate["resumeFileHandle"].is_object() == with_resume);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

fn info(site: &Site, candidate: &str) -> Value {
    truth(site.organisation(), "candidates")[candidate].clone()
}

fn files(site: &Site) -> Vec<String> {
    let entries = std::fs::read_dir(site.directory.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_goes_up_and_comes_down_again() {
    let site = Site::new().await;
    let candidate = candidate(&site, false);
    let content = "%PDF-1.4 ".repeat(20_000);
    std::fs::write(site.path("Curriculum Vitae.pdf"), &content).unwrap();
    let arguments = ["resume", "upload", &candidate, "Curriculum Vitae.pdf"];

    let dry = site.called(&[&arguments[..], &["--dry-run"]].concat()).await;
    assert_eq!((dry.code, site.log().total()), (Some(0), 0), "{dry:#?}");
    for part in ["file.createFileUploadHandle", "candidate.uploadResume", "application/pdf", "180000"] {
        assert!(dry.stdout.contains(part), "{dry:#?}");
    }
    let ran = site.called(&arguments).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("180,000 bytes"), "{ran:#?}");
    assert_eq!(info(&site, &candidate)["resumeFileHandle"]["name"], "Curriculum Vitae.pdf");

    let ran = site.called(&["resume", "download", &candidate, "-o", "back.pdf"]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("application/pdf, 180,000 bytes"), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(site.path("back.pdf")).unwrap(), content);
    let stdout = site.done(&format!("resume download {candidate} -o -")).await;
    assert_eq!(stdout.stdout, content);

    // Under its own name it goes where downloads go, and is not replaced there.
    assert_eq!(site.called(&["resume", "download", &candidate]).await.code, Some(0));
    let folder = site.path(&format!("ashby-files/{candidate}"));
    assert!(folder.join("Curriculum Vitae.pdf").exists());
    #[cfg(unix)]
    for directory in [&folder, &site.path("ashby-files")] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(directory.metadata().unwrap().permissions().mode() & 0o777, 0o700, "names tell, too");
    }
    let ran = site.called(&["resume", "download", &candidate]).await;
    assert!(ran.code == Some(2) && ran.stderr.contains("--force"), "{ran:#?}");
    assert_eq!(site.called(&["resume", "download", &candidate, "--force"]).await.code, Some(0));
    assert_eq!(files(&site), ["Curriculum Vitae.pdf", "ashby-files", "back.pdf"], "nothing else is left");
    let ran = site.called(&["resume", "download", &candidate, "-o", "ashby.toml"]).await;
    assert!(ran.code == Some(2) && !site.path("ashby.toml").exists(), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_attached_and_downloaded_by_name() {
    let site = Site::new().await;
    let candidate = candidate(&site, false);
    std::fs::write(site.path("letter.txt"), "Dear all").unwrap();
    std::fs::write(site.path("photo.png"), "png").unwrap();
    site.done(&format!("file upload {candidate} letter.txt photo.png")).await;
    assert_eq!(site.log().of("candidate.uploadFile").len(), 2);

    std::fs::create_dir(site.path("out")).unwrap();
    let several = site.run(&format!("file download --candidate {candidate} -o out")).await;
    assert!(several.code == Some(2) && several.stderr.contains("letter.txt"), "{several:#?}");
    site.done(&format!("file download --candidate {candidate} --name letter.txt -o out")).await;
    assert_eq!(std::fs::read_to_string(site.path("out/letter.txt")).unwrap(), "Dear all");
    site.done(&format!("file download --candidate {candidate} --all --force -o out")).await;
    assert_eq!(std::fs::read_to_string(site.path("out/photo.png")).unwrap(), "png");

    // Whoever says nothing gets them where a purge finds them.
    site.done(&format!("file download --candidate {candidate} --all")).await;
    assert!(site.path(&format!("ashby-files/{candidate}/letter.txt")).exists());
    site.done("sync candidates").await;
    let purged = site.done(&format!("purge --candidate {candidate} --yes --output json")).await;
    let told: Value = serde_json::from_str(&purged.stdout).unwrap();
    assert_eq!(told["downloads"][0]["files"], 2, "{purged:#?}");
    assert!(!site.path(&format!("ashby-files/{candidate}")).exists());

    let handle = info(&site, &candidate)["fileHandles"][0]["handle"].as_str().unwrap().to_owned();
    std::fs::create_dir(site.path("one")).unwrap();
    site.done(&format!("file download {handle} -o one")).await;
    assert_eq!(std::fs::read_dir(site.path("one")).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said() {
    let site = Site::new().await;
    let without = candidate(&site, false);
    let ran = site.run(&format!("resume download {without}")).await;
    assert!(ran.code == Some(1) && ran.stderr.contains("no résumé"), "{ran:#?}");
    let ran = site.run(&format!("resume upload {without} absent.pdf")).await;
    assert!(ran.code == Some(2) && ran.stderr.contains("absent.pdf"), "{ran:#?}");
    std::fs::write(site.path("empty.pdf"), "").unwrap();
    let ran = site.run(&format!("resume upload {without} empty.pdf")).await;
    assert!(ran.code == Some(1) && ran.stderr.contains("this file is empty"), "{ran:#?}");
    let ran = site.run("resume upload nobody absent.pdf").await;
    assert!(ran.code == Some(2) && !ran.stderr.contains("nobody"), "{ran:#?}");
    assert_eq!(site.log().count("file.createFileUploadHandle"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn attaching_is_sent_once_and_missing_permissions_are_named() {
    let site = Site::new().await;
    let candidate = candidate(&site, false);
    std::fs::write(site.path("cv.pdf"), "%PDF").unwrap();
    site.server.faults().add(FaultRule::new("candidate.uploadResume", Fault::Status { status: 500 }));
    let ran = site.run(&format!("resume upload {candidate} cv.pdf")).await;
    assert!(ran.code == Some(1) && ran.stderr.contains("may have been made"), "{ran:#?}");
    assert_eq!(site.log().of("candidate.uploadResume").len(), 1);

    let key = Key::limited("sim-key", ["jobs:read"]);
    let site = Site::with(&shape(), ServerOptions { keys: vec![key], ..ServerOptions::default() }).await;
    let ran = site.run(&format!("resume download {candidate}")).await;
    assert!(ran.code == Some(3) && ran.stderr.contains("Candidates: Read"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_takes_files_as_answers() {
    let site = Site::new().await;
    std::fs::write(site.path("cv.pdf"), "%PDF").unwrap();
    let posting = site.some("job_postings");
    let form = json!({"fieldSubmissions": [
        {"path": "_systemfield_name", "value": "Ada Example"},
        {"path": "_systemfield_email", "value": "ada@example.com"},
    ]});
    let form = form.to_string();
    let arguments = [
        "call",
        "applicationForm.submit",
        "--job-posting-id",
        &posting,
        "--application-form",
        &form,
        "--attach",
        "_systemfield_resume=cv.pdf",
        "--yes",
    ];
    let dry = site.called(&[&arguments[..], &["--dry-run"]].concat()).await;
    assert!(dry.code == Some(0) && dry.stdout.contains("[the handle of cv.pdf]"), "{dry:#?}");
    assert_eq!(site.log().total(), 0);
    let ran = site.called(&arguments).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let sent = &site.log().of("applicationForm.submit")[0].parameters["applicationForm"]["fieldSubmissions"];
    assert_eq!(sent[2]["path"], "_systemfield_resume");
    assert!(sent[2]["value"].as_str().unwrap().len() > 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_leaves_no_half_of_a_file_behind() {
    // Ashby and the storage in one: the link leads back, and the file never ends.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let link = json!({"success": true, "results": {"url": format!("{url}/file")}}).to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let link = link.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                let is_file = request[..length].starts_with(b"GET /file");
                let answer = match is_file {
                    true => "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf".to_owned(),
                    false => format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{link}", link.len()),
                };
                stream.write_all(answer.as_bytes()).await.unwrap();
                std::future::pending::<()>().await;
            });
        }
    });
    for name in ["INT", "TERM", "HUP"] {
        let directory = tempfile::tempdir().unwrap();
        let parts = || {
            let entries = std::fs::read_dir(directory.path()).unwrap();
            entries
                .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "part"))
                .count()
        };
        let mut command = bare(directory.path(), "file download HANDLE -o .");
        command.env("ASHBY_API_KEY", "k").env("ASHBY_BASE_URL", &url);
        let child = start(command);
        until("the file has begun", || parts() == 1).await;
        signal(&child, name);
        let ran = ended(child).await;
        assert_eq!((ran.code, parts()), (Some(130), 0), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_takes_no_name_that_this_program_reads() {
    let site = Site::new().await;
    let candidate = site.some("candidates");
    std::fs::write(site.path("ashby.toml"), "max_rpm = 7\n").unwrap();
    let ran = site.called(&["file", "upload", &candidate, "ashby.toml"]).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    std::fs::remove_file(site.path("ashby.toml")).unwrap();
    let download = ["file", "download", "--candidate", &candidate, "--name", "ashby.toml"];
    for out in [&[][..], &["-o", "."]] {
        let ran = site.called(&[&download[..], out].concat()).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }
    assert_eq!(files(&site), ["ashby-files", "file ashby.toml"]);
    assert!(site.path(&format!("ashby-files/{candidate}/file ashby.toml")).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_larger_than_one_wants_is_not_kept() {
    let site = Site::new().await;
    let candidate = with_resume(&site).swap_remove(0);
    let handle = info(&site, &candidate)["resumeFileHandle"]["handle"].as_str().unwrap().to_owned();
    for command in [
        format!("file download {handle} -o . --max-size 1"),
        format!("resume download {candidate} -o . --max-size 1"),
        format!("resume download {candidate} --max-size 1"),
    ] {
        let ran = site.run(&command).await;
        assert_eq!(ran.code, Some(1), "{command}: {ran:#?}");
        assert!(ran.stderr.contains("hint: ") && ran.stderr.contains("--max-size"), "{command}: {ran:#?}");
        assert_eq!(files(&site), [] as [&str; 0], "{command}: nothing is left, no part either");
    }
}

/// The candidates with a résumé.
fn with_resume(site: &Site) -> Vec<String> {
    let candidates = truth(site.organisation(), "candidates");
    let with = candidates.into_iter().filter(|(_, candidate)| candidate["resumeFileHandle"].is_object());
    with.map(|(id, _)| id).collect()
}

/// By candidate, the files in a folder of folders, notes left out.
fn resumes(directory: &std::path::Path) -> std::collections::BTreeMap<String, Vec<String>> {
    let names = |path: &std::path::Path| {
        let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name != ".ashby-resume.json");
        names.sort();
        names
    };
    let folders = names(directory).into_iter();
    folders.map(|folder| (folder.clone(), names(&directory.join(folder)))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_resumes_come_once_each_into_its_candidates_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::new().await;
    let everybody = truth(site.organisation(), "candidates").len();
    let with = with_resume(&site);
    assert!(with.len() > 5);
    let bulk = "resume download --all --dir resumes --page-size 50 --output json";
    let told = |ran: &crate::support::Ran| {
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        ["candidates", "downloaded", "there_already", "without"]
            .map(|name| told[name].as_u64().unwrap() as usize)
    };
    // One cannot be had; the others can.
    site.server.faults().add(FaultRule::new("file.info", Fault::Status { status: 404 }).times(1));
    let ran = site.run(bulk).await;
    assert_eq!(
        (ran.code, told(&ran)),
        (Some(4), [everybody, with.len() - 1, 0, everybody - with.len()]),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("failed: "), "{ran:#?}");
    let first = site.log().count("file.info");
    let ran = site.done(bulk).await;
    assert_eq!(told(&ran), [everybody, 1, with.len() - 1, everybody - with.len()], "only what is missing");
    assert_eq!(site.log().count("file.info"), first + 1);

    let there = resumes(&site.path("resumes"));
    assert_eq!(there.keys().cloned().collect::<Vec<_>>(), with);
    assert!(there.values().all(|files| files.len() == 1), "{there:?}");
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (folder, files) = there.iter().next().unwrap();
    let path = site.path(&format!("resumes/{folder}"));
    let modes = [
        mode(site.path("resumes")),
        mode(path.clone()),
        mode(path.join(&files[0])),
        mode(path.join(".ashby-resume.json")),
    ];
    assert_eq!(modes, [0o700, 0o700, 0o600, 0o600]);

    // A file that was taken away, and a résumé that is another one by now.
    std::fs::remove_file(path.join(&files[0])).unwrap();
    std::fs::write(site.path("Second Try.pdf"), "%PDF-2").unwrap();
    let changed = with.last().unwrap();
    site.called(&["resume", "upload", changed, "Second Try.pdf"]).await;
    let ran = site.done(bulk).await;
    assert_eq!(told(&ran)[1..3], [2, with.len() - 2], "{ran:#?}");
    let there = resumes(&site.path("resumes"));
    assert_eq!(there[changed], ["Second Try.pdf"], "the one before is gone");
    assert_eq!(
        std::fs::read_to_string(site.path(&format!("resumes/{changed}/Second Try.pdf"))).unwrap(),
        "%PDF-2"
    );

    // The folder is what a purge of the candidate takes.
    site.done("sync candidates").await;
    site.done(&format!("purge --candidate {changed} --downloads resumes --yes")).await;
    assert!(!resumes(&site.path("resumes")).contains_key(changed));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_resumes_go_on_after_an_interrupt_and_none_is_too_large() {
    let site = Site::new().await;
    let with = with_resume(&site);
    site.server.faults().add(FaultRule::new("file.info", Fault::Hold).after(3));
    let child = start(site.ashby("resume download --all --dir resumes"));
    site.held().await;
    until("three files", || {
        let path = site.path("resumes");
        let is_noted = |folder: &String| path.join(folder).join(".ashby-resume.json").exists();
        path.exists() && resumes(&path).keys().filter(|folder| is_noted(folder)).count() >= 3
    })
    .await;
    signal(&child, "HUP");
    let ran = ended(child).await;
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    site.server.faults().clear();
    let ran = site.done("resume download --all --dir resumes").await;
    assert!(ran.stderr.contains(" there already, ") && !ran.stderr.contains(" 0 there already"), "{ran:#?}");
    assert_eq!(resumes(&site.path("resumes")).len(), with.len());

    let ran = site.run("resume download --all --dir small --max-size 1").await;
    assert!(ran.code == Some(4) && ran.stderr.contains("larger than 1 bytes"), "{ran:#?}");
    assert!(!site.path("small").exists(), "nothing is left");
    // A key that may not is no matter of one file.
    let key = Key::limited("sim-key", ["jobs:read"]);
    let site = Site::with(&shape(), ServerOptions { keys: vec![key], ..ServerOptions::default() }).await;
    assert_eq!(site.run("resume download --all").await.code, Some(3));
}

/// What is the same for all files ends it: here, on a small disk of its own, where this machine lets one be made.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_all_resumes_once_and_the_same_command_goes_on() {
    let site = Site::new().await;
    std::fs::create_dir(site.path("small")).unwrap();
    let on_a_small_disk = |arguments: &str| {
        let plain = site.ashby(arguments);
        let plain = plain.as_std();
        let mut command = tokio::process::Command::new("unshare");
        let script = "mount -t tmpfs -o size=64k none small || exit 77; exec \"$@\"";
        command.args(["-rm", "sh", "-c", script, "sh"]).arg(plain.get_program()).args(plain.get_args());
        command.current_dir(site.directory.path()).env_clear().kill_on_drop(true);
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    };
    let Ok(made) = on_a_small_disk("version").output().await else { return };
    if !made.status.success() {
        eprintln!("skipped: no disk can be made here");
        return;
    }
    let ran = run(on_a_small_disk("resume download --all --dir small/resumes")).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_eq!(ran.stderr.matches("No space left on device").count(), 1, "{ran:#?}");
    assert!(ran.stderr.contains("hint: make room") && ran.stderr.contains(" downloaded ("), "{ran:#?}");
    site.done("resume download --all --dir small/resumes").await;
}
