// Can I email over many letters. Input: {clients, files} as JSON; output: [{file, client, features}].
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";

const { clients, files } = JSON.parse(readFileSync(0, "utf8"));
const said = [];
for (const file of files) {
  const html = readFileSync(file, "utf8");
  // One client at a time: the data have gaps, and a gap ends the whole call.
  for (const client of clients) {
    const { issues } = caniemail({ clients: [client], html });
    const features = new Set([...issues.errors.values()].flat().map((one) => one.title));
    said.push({ file, client, features: [...features].sort() });
  }
}
process.stdout.write(JSON.stringify(said));
