// Reads an AsyncAPI document, prints what is wrong with it as JSON. What is no more than a hint is left out.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const WARNING = 1;

const require = createRequire(`${process.argv[2]}/`);
const { Parser } = require("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[3], "utf8"));
const found = diagnostics.filter(({ severity }) => severity <= WARNING).map(({ path, message }) => `${path.join(".")}: ${message}`);
if (!document && found.length === 0) found.push("there is no document");
console.log(JSON.stringify(found));
