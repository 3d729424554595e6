// Parses the AsyncAPI document with the official parser; prints what it finds wrong, by severity.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(await readFile(process.argv[2], "utf8"));
const found = diagnostics.map(({ code, message, path, severity }) => ({ code, message, path, severity }));
console.log(JSON.stringify({ found, messages: document?.allMessages().all().length ?? 0 }));
