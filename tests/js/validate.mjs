// Khronos validator on one file: node validate.mjs head.glb; prints its report as JSON.
import { readFile } from 'node:fs/promises';
import { validateBytes } from 'gltf-validator';

const bytes = new Uint8Array(await readFile(process.argv[2]));
const report = await validateBytes(bytes, { maxIssues: 200, writeTimestamp: false });
console.log(JSON.stringify(report.issues));
