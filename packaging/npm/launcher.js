#!/usr/bin/env node
// Starts the program of the package that fits this platform, and ends as it does.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const PACKAGES = {
  "linux x64": "@ashby-toolkit/linux-x64/bin/ashby",
  "linux arm64": "@ashby-toolkit/linux-arm64/bin/ashby",
  "darwin x64": "@ashby-toolkit/darwin-x64/bin/ashby",
  "darwin arm64": "@ashby-toolkit/darwin-arm64/bin/ashby",
  "win32 x64": "@ashby-toolkit/win32-x64/bin/ashby.exe",
};

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

const platform = `${process.platform} ${process.arch}`;
if (!(platform in PACKAGES)) {
  fail(`ashby-toolkit has no program for ${platform}; it has them for ${Object.keys(PACKAGES).join(", ")}`);
}
let program;
try {
  program = require.resolve(PACKAGES[platform]);
} catch {
  const name = PACKAGES[platform].split("/").slice(0, 2).join("/");
  fail(`the package ${name} is not installed; install ashby-toolkit again, with optional dependencies (--include=optional)`);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => fail(`cannot start ${program}: ${error.message}`));
// A terminal's signals reach the program by themselves, and it ends in order; what only this process is told is passed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
