// html-validate over many files, in one process. Input: [{file, kind}] as JSON; output: [{file, faults}].
import { readFileSync } from "node:fs";
import { HtmlValidate } from "html-validate";

const pages = { root: true, extends: ["html-validate:standard", "html-validate:a11y"] };
const letters = {
  ...pages,
  rules: {
    // Layout tables for Outlook need width, cellpadding and cellspacing.
    "no-deprecated-attr": "off",
    // The letter's wrapper is a div with a role: programs that drop the body keep it.
    "prefer-native-element": "off",
  },
};

const asked = JSON.parse(readFileSync(0, "utf8"));
const said = [];
for (const { file, kind } of asked) {
  const judge = new HtmlValidate(kind === "letter" ? letters : pages);
  const report = await judge.validateString(readFileSync(file, "utf8"), file);
  const faults = report.results.flatMap((one) =>
    one.messages.map((m) => `${m.line}:${m.column} [${m.ruleId}] ${m.message}`),
  );
  said.push({ file, faults });
}
process.stdout.write(JSON.stringify(said));
