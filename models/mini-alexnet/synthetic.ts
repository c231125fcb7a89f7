/**
 * Writes mini-alexnet-synthetic.npz: made-up images, and what the float model makes of them, so that tests can hold the
 * int8 model against the float one without CIFAR-10 and without the 62 MB of float weights.
 *
 *     npx tsx --conditions=@matchmul/source models/mini-alexnet/synthetic.ts mini-alexnet.onnx
 */
import { fileURLToPath } from "node:url";
import { formatNpz, Random, writeFileAtomically } from "@matchmul/common";
import { centredBytes, importOnnx, normalise } from "@matchmul/model";
import { classOf, floatLogits } from "../tools/measure.js";
import { syntheticImage } from "../tools/synthetic-images.js";

const SEED = 32;
const CLASSES = 10;
const PER_CLASS = 4;
const MOST_TRIED = 2000;

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: synthetic.ts MODEL.onnx");
  process.exit(2);
}
const graph = normalise(importOnnx(path));
const random = new Random(SEED);
const kept: { image: Uint8Array; logits: Float32Array; label: number }[] = [];
let tried = 0;
// Up to four images of each class: most pictures of nothing look like few classes.
while (tried < MOST_TRIED && kept.length < CLASSES * PER_CLASS) {
  tried++;
  const image = syntheticImage(random);
  const channelsFirst = Uint8Array.from(image, (_, i) => image[(i % 1024) * 3 + Math.floor(i / 1024)]);
  const logits = floatLogits(graph, centredBytes(channelsFirst));
  const label = classOf(logits);
  if (kept.filter((k) => k.label === label).length < PER_CLASS) kept.push({ image, logits, label });
}

const count = kept.length;
const images = new Uint8Array(count * 3072);
const logits = new Float32Array(count * CLASSES);
kept.forEach((k, i) => {
  images.set(k.image, i * 3072);
  logits.set(k.logits, i * CLASSES);
});
const out = fileURLToPath(new URL("mini-alexnet-synthetic.npz", import.meta.url));
writeFileAtomically(
  out,
  formatNpz({
    images: { shape: [count, 32, 32, 3], data: images },
    labels: { shape: [count], data: Int32Array.from(kept, (k) => k.label) },
    logits: { shape: [count, CLASSES], data: logits },
  }),
);
console.log(`${count} of ${tried} images; of each class ${countsOf(kept.map((k) => k.label)).join(", ")}`);

function countsOf(labels: number[]): number[] {
  return Array.from({ length: CLASSES }, (_, c) => labels.filter((label) => label === c).length);
}
