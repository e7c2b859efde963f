// Counts the products of IFC files by class with web-ifc and prints one JSON object: path -> {schema, products}.
// Usage: node count_web_ifc.mjs FOLDER_OF_NODE_MODULES FILE...
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [modules, ...paths] = process.argv.slice(2);
const { IfcAPI, IFCPRODUCT, LogLevel } = createRequire(resolve(modules, "_"))("web-ifc");
const api = new IfcAPI();
await api.Init();
api.SetLogLevel(LogLevel.LOG_LEVEL_OFF);
const results = {};
for (const path of paths) {
  const model = api.OpenModel(new Uint8Array(await readFile(path)));
  if (model < 0) throw new Error(`web-ifc cannot open ${path}`);
  const products = {};
  for (const line of api.GetLineIDsWithType(model, IFCPRODUCT, true)) {
    const name = api.GetNameFromTypeCode(api.GetLineType(model, line));
    products[name] = (products[name] ?? 0) + 1;
  }
  results[path] = { schema: api.GetModelSchema(model), products };
  api.CloseModel(model);
}
process.stdout.write(JSON.stringify(results));
