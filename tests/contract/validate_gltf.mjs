// Validates GLB files with the Khronos glTF validator and prints one JSON object: path -> {errors, warnings, infos, codes}.
// Usage: node validate_gltf.mjs FOLDER_OF_NODE_MODULES FILE...
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, ...paths] = process.argv.slice(2);
const validator = createRequire(join(modules, "_"))("gltf-validator");
const results = {};
for (const path of paths) {
  const report = await validator.validateBytes(new Uint8Array(await readFile(path)), { maxIssues: 0 });
  const { numErrors, numWarnings, numInfos, numHints, messages } = report.issues;
  results[path] = {
    errors: numErrors,
    warnings: numWarnings,
    infos: numInfos,
    hints: numHints,
    codes: [...new Set(messages.map((m) => `${m.severity} ${m.code} ${m.message}`))].sort(),
  };
}
process.stdout.write(JSON.stringify(results));
