//! Roles, rights, passwords, encryption.

use capture_core::{ErrorKind, Sink as _};
use private_postgres::{Cluster, fresh_name};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sink_postgres::PostgresSink;

use crate::Place;
use crate::support::{commit, open, pet, pets, sweep, write};

#[tokio::test]
async fn a_role_that_owns_its_schema_and_nothing_else_will_do() {
    let Some(place) = Place::new() else { return };
    let (cluster, role) = (place.cluster, fresh_name("loader"));
    let database = cluster.database();
    // Not even temporary tables; and names in its search_path that mean something else.
    cluster.sql(
        &database,
        &format!(
            "CREATE ROLE {role} LOGIN; REVOKE ALL ON DATABASE {database} FROM PUBLIC; GRANT CONNECT ON DATABASE {database} TO {role};
             REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE SCHEMA ashby AUTHORIZATION {role}; CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO {role};
             CREATE FUNCTION trap.count(text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'trap'; END $$;
             CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'trap'; END $$;
             CREATE FUNCTION trap.eq(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trap'; END $$;
             CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.eq);
             CREATE TABLE trap.pg_class (relname text); CREATE TABLE trap.pg_locks (x int);
             ALTER ROLE {role} SET search_path = trap, pg_catalog; ALTER ROLE {role} SET statement_timeout = 30000;
             ALTER ROLE {role} SET standard_conforming_strings = off; ALTER ROLE {role} SET bytea_output = escape"
        ),
    );
    let address = cluster.address(&role, &database, "");
    let stream = pets();
    for round in 1..3 {
        let mut sink = PostgresSink::new(&address).unwrap();
        open(&mut sink, &stream).await.unwrap();
        write(
            &mut sink,
            &stream,
            round,
            vec![pet("a", &round.to_string()), pet(&format!("x{round}"), "\\\\'")],
        )
        .await;
        sweep(&mut sink, &stream, round).await;
        commit(&mut sink, round).await;
        sink.close().await.unwrap();
    }
    let live = "SELECT string_agg(_key, ',' ORDER BY _key) FROM ashby.pets WHERE _deleted_at IS NULL";
    assert_eq!(cluster.sql(&database, live), "a,x2");
}

#[tokio::test]
async fn a_right_that_is_missing_is_named_with_its_remedy() {
    let Some(place) = Place::new() else { return };
    let role = fresh_name("stranger");
    let database = place.cluster.database();
    place.cluster.sql(&database, &format!("CREATE ROLE {role} LOGIN"));
    let mut sink = PostgresSink::new(&place.cluster.address(&role, &database, "schema=raw")).unwrap();
    let error = open(&mut sink, &pets()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    let remedy = format!("CREATE SCHEMA \"raw\" AUTHORIZATION \"{role}\"");
    assert!(error.hint().unwrap().contains(&remedy), "{error:?} {:?}", error.hint());
    drop(sink);
    place.cluster.sql(&database, &remedy);
    open(&mut PostgresSink::new(&place.cluster.address(&role, &database, "schema=raw")).unwrap(), &pets())
        .await
        .unwrap();
}

#[tokio::test]
async fn passwords_come_from_files_and_wrong_ones_are_told_from_missing_ones() {
    let Some(place) = Place::new() else { return };
    place.cluster.sql(
        "postgres",
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'scram') THEN
             CREATE ROLE scram LOGIN SUPERUSER PASSWORD 's3cret:word'; END IF; END $$",
    );
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    };
    let sink = |parameters: &str| {
        let parameters = format!("schema={}&{parameters}", place.schema);
        PostgresSink::new(&place.cluster.address("scram", "postgres", &parameters)).unwrap()
    };
    let passfile = file("passfile", "*:*:other:*:x\n127.0.0.1:*:*:scram:s3cret\\:word\n");
    let mut by_passfile = sink(&format!("passfile={passfile}"));
    by_passfile.load().await.unwrap();
    by_passfile.close().await.unwrap();
    let mut by_file = sink(&format!("password_file={}", file("password", "s3cret:word\n")));
    by_file.load().await.unwrap();
    by_file.close().await.unwrap();
    for parameters in [format!("password_file={}", file("wrong", "wr0ng")), "passfile=/nowhere".to_owned()] {
        let error = sink(&parameters).load().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{error:?}");
        let told = format!("{error:?} {:?}", error.hint());
        assert!(told.contains("PGPASSWORD") && !told.contains("wr0ng"), "{told}");
    }
    let error = sink("password_file=/nowhere").load().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn what_is_no_server_is_told_at_once() {
    let refused = PostgresSink::new("postgres://u@127.0.0.1:1/d").unwrap().load().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    assert!(refused.chain().contains("127.0.0.1:1"), "{refused:?}");
    let Some(place) = Place::new() else { return };
    let error = PostgresSink::new(&place.cluster.address("postgres", "nowhere", ""))
        .unwrap()
        .load()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.hint().unwrap().contains("CREATE DATABASE"), "{error:?}");
    let latin = fresh_name("latin");
    place.cluster.sql("postgres", &format!("CREATE DATABASE {latin} ENCODING 'LATIN1' TEMPLATE template0"));
    let error =
        PostgresSink::new(&place.cluster.address("postgres", &latin, "")).unwrap().load().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.to_string().contains("LATIN1"), "{error:?}");
}

#[tokio::test]
async fn encryption_is_as_libpq_has_it() {
    let Some(cluster) = Cluster::start("") else { return };
    let issuer = |name: &str| {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    };
    let (ours, other) = (issuer("ours"), issuer("other"));
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
    let root = cluster.put("root.crt", &ours.pem());
    let strange = cluster.put("other.crt", &other.pem());
    let certificate = cluster.put("server.crt", &certificate.pem());
    let key = cluster.put("server.key", &key.serialize_pem());
    cluster
        .sql("postgres", "CREATE ROLE tls LOGIN SUPERUSER; CREATE ROLE scram LOGIN SUPERUSER PASSWORD 'x'");
    let login = async |host: &str, role: &str, parameters: &str| {
        let address = format!("postgres://{role}@{host}:{}/postgres?{parameters}", cluster.port());
        let mut sink = PostgresSink::new(&address).unwrap();
        let loaded = sink.load().await.map(drop).map_err(|error| error.kind());
        sink.close().await.unwrap();
        loaded
    };
    // The server cannot.
    for (mode, expected) in [
        ("disable", Ok(())),
        ("allow", Ok(())),
        ("prefer", Ok(())),
        ("require", Err(ErrorKind::Configuration)),
    ] {
        assert_eq!(login("127.0.0.1", "postgres", &format!("sslmode={mode}")).await, expected, "{mode}");
    }
    cluster.set(&format!(
        "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n",
        certificate.display(),
        key.display()
    ));
    while login("127.0.0.1", "postgres", "sslmode=require").await.is_err() {}
    let (root, strange) = (root.display(), strange.display());
    let refused = Err(ErrorKind::Configuration);
    for (host, role, parameters, expected) in [
        // A role that must come encrypted, …
        ("127.0.0.1", "tls", "sslmode=disable".to_owned(), Err(ErrorKind::Credentials)),
        ("127.0.0.1", "tls", "sslmode=allow".to_owned(), Ok(())),
        ("127.0.0.1", "tls", "sslmode=prefer".to_owned(), Ok(())),
        ("127.0.0.1", "tls", "sslmode=require".to_owned(), Ok(())),
        // … and whose word counts.
        ("127.0.0.1", "tls", format!("sslmode=require&sslrootcert={strange}"), refused),
        ("127.0.0.1", "tls", format!("sslmode=verify-ca&sslrootcert={root}"), Ok(())),
        ("127.0.0.1", "tls", format!("sslmode=verify-ca&sslrootcert={strange}"), refused),
        ("127.0.0.1", "tls", format!("sslmode=verify-full&sslrootcert={root}"), refused),
        ("localhost", "tls", format!("sslmode=verify-full&sslrootcert={root}"), Ok(())),
        ("localhost", "tls", "sslrootcert=system".to_owned(), refused),
        ("localhost", "tls", "sslmode=verify-full&sslrootcert=/nowhere".to_owned(), refused),
    ] {
        assert_eq!(login(host, role, &parameters).await, expected, "{host} {role} {parameters}");
    }
    // The password's proof is bound to the certificate.
    let password = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(password.path(), "x").unwrap();
    let password = password.path().display();
    let bound = format!("sslmode=require&channel_binding=require&password_file={password}");
    assert_eq!(login("127.0.0.1", "scram", &bound).await, Ok(()));
    let unbound = format!("sslmode=disable&channel_binding=require&password_file={password}");
    assert!(login("127.0.0.1", "scram", &unbound).await.is_err());
}
