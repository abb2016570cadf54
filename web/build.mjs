// Builds the page: node web/build.mjs FOLDER
//
// The folder gets index.html and every other file by the hash of its content, each also compressed
// with brotli and gzip, because an HTTP API compresses nothing. sizes.json has the weight of each
// file and whether the first view needs it; a test holds it to its bar.

import { readFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const web = dirname(fileURLToPath(import.meta.url));
if (!process.argv[2]) {
  console.error("name the folder for the built page: node web/build.mjs FOLDER");
  process.exit(1);
}
const target = resolve(process.argv[2]);

let esbuild;
try {
  esbuild = await import("esbuild");
} catch {
  console.error("esbuild is not installed: run `make build`, which installs it first");
  process.exit(1);
}

/** The style of a part that is loaded later comes with its code, as a text. */
const styleAsText = {
  name: "style-as-text",
  setup(build) {
    build.onLoad({ filter: /src\/.*\.css$/ }, ({ path }) => {
      const options = { loader: "css", minify: true, charset: "utf8" };
      const { code } = esbuild.transformSync(readFileSync(path, "utf8"), options);
      return { contents: code.trim(), loader: "text" };
    });
  },
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const result = await esbuild.build({
  absWorkingDir: web,
  entryPoints: { page: "src/main.tsx", style: "style.css" },
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  outdir: target,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2023"],
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [styleAsText],
  minify: true,
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  write: false,
});

const outputs = Object.entries(result.metafile.outputs);
const fileOf = (source) =>
  basename(outputs.find(([, output]) => output.entryPoint === source)?.[0] ?? "");
const script = fileOf("src/main.tsx");
const style = fileOf("style.css");

// What the entry imports at once, not what it loads later.
const first = new Set([script, style]);
const byName = new Map(outputs.map(([path, output]) => [basename(path), output]));
for (const name of first)
  for (const { path, kind } of byName.get(name)?.imports ?? [])
    if (kind === "import-statement") first.add(basename(path));

const sizes = {};
const write = (name, content) => {
  const br = brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
  writeFileSync(join(target, name), content);
  if (name !== "index.html") {
    writeFileSync(join(target, `${name}.br`), br);
    writeFileSync(join(target, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
  const served = name === "index.html" ? content.length : br.length;
  sizes[name] = { bytes: content.length, served, first: name === "index.html" || first.has(name) };
};
for (const file of result.outputFiles) write(basename(file.path), Buffer.from(file.contents));

const modules = [...first].filter((name) => name.endsWith(".js") && name !== script);
const index = readFileSync(join(web, "index.html"), "utf8")
  .replace("{{style}}", style)
  .replace("{{script}}", script)
  .replace("{{modules}}", modules.map((name) => `<link rel="modulepreload" href="/${name}">`).join(""));
write("index.html", Buffer.from(index));
writeFileSync(join(target, "sizes.json"), JSON.stringify(sizes, null, 1) + "\n");
