"""Reads Parquet files with pyarrow and DuckDB, as analysts do: checks columns against records, and prints the records.

usage: lake.py ROOT [ENDPOINT]     ROOT is a directory, or BUCKET/PREFIX behind the S3 server at ENDPOINT
"""
import json
import sys
from datetime import datetime, timezone

import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet

root, endpoint = sys.argv[1], (sys.argv[2:] or [None])[0]
if endpoint:
    files = pyarrow.fs.S3FileSystem(access_key="x", secret_key="x", endpoint_override=endpoint, region="us-east-1")
else:
    files = pyarrow.fs.LocalFileSystem()


def listed(folder, what):
    found = files.get_file_info(pyarrow.fs.FileSelector(folder, recursive=True, allow_not_found=True))
    return [one for one in found if one.type == what]


def fits(value, member, kind):
    """Whether a column's value is what the record has there, or none where that is of another kind."""
    if kind == "string":
        # Text, or JSON as text.
        return type(member) is not str if value is None else value == member or json.loads(value) == member
    if kind.startswith("timestamp"):
        if value is None:
            return member is None or not is_instant(member)
        return value == datetime.fromisoformat(member.replace("Z", "+00:00")).astimezone(timezone.utc)
    kinds = {"int64": int, "double": (int, float), "bool": bool}[kind]
    is_of_kind = isinstance(member, kinds) and (kind == "bool" or type(member) is not bool)
    return not is_of_kind if value is None else is_of_kind and value == member


def is_instant(member):
    try:
        return type(member) is str and "T" in member and bool(datetime.fromisoformat(member.replace("Z", "+00:00")).tzinfo)
    except ValueError:
        return False


told = {}
for folder in listed(f"{root}/current", pyarrow.fs.FileType.Directory):
    stream = folder.base_name
    table = pyarrow.dataset.dataset(folder.path, filesystem=files, format="parquet").to_table()
    rows = table.to_pylist()
    keys = [row["_key"] for row in rows]
    assert keys == sorted(keys, key=lambda key: key.encode()) and len(set(keys)) == len(keys), stream
    members = {f.name: f.metadata[b"ashby.member"].decode() for f in table.schema if f.metadata and b"ashby.member" in f.metadata}
    for row in rows:
        record = json.loads(row["_record"])
        for column, member in members.items():
            kind = str(table.schema.field(column).type)
            assert fits(row[column], record.get(member), kind), (stream, column, kind)
        assert set(record) <= set(members.values()), (stream, set(record) - set(members.values()))
    # The changes, replayed, are what stands.
    changes = pyarrow.dataset.dataset(f"{root}/changes/{stream}", filesystem=files, format="parquet", partitioning="hive").to_table()
    newest = {}
    for row in changes.to_pylist():
        if row["_commit"] >= newest.get(row["_key"], {"_commit": 0})["_commit"]:
            newest[row["_key"]] = row
    columns = [name for name in table.schema.names if name in changes.schema.names]
    replayed = [tuple(newest[key][name] for name in columns) for key in sorted(newest, key=lambda key: key.encode())]
    assert replayed == [tuple(row[name] for name in columns) for row in rows], f"{stream}: changes are not what stands"
    told[stream] = {
        row["_key"]: json.loads(row["_original"] or row["_record"]) for row in rows if row["_deleted_at"] is None
    }
    if not endpoint:
        import duckdb

        glob = f"{root}/current/{stream}/*.parquet".replace("'", "''")
        live = duckdb.sql(f"select _key, coalesce(_original, _record) from '{glob}' where _deleted_at is null").fetchall()
        assert {key: json.loads(record) for key, record in live} == told[stream], f"{stream}: DuckDB reads otherwise"
        # JSON in texts can be looked into.
        duckdb.sql(f"select count(_record::json ->> 'id') from '{glob}'").fetchall()
        duckdb.sql(f"select count(*) from read_parquet('{root}/changes/{stream}/*/*.parquet', union_by_name = true)").fetchall()

json.dump(told, sys.stdout)
