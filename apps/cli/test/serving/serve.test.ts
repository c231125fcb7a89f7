import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { Random } from "@matchmul/common";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inRepository, matchmul, temporaryDirectory } from "../support/matchmul.js";

const served = join(temporaryDirectory(), "served");
const int8 = inRepository("models", "digits", "digits-cnn.int8.safetensors");
const images = inRepository("models", "digits", "digits-cnn-test.npz");
const ask = (port: number, ...more: string[]) =>
  matchmul("ask", `127.0.0.1:${port}`, "--bundle", served, "--inputs", images, "--quiet", ...more);

let server: ChildProcess;
let port = 0;

beforeAll(async () => {
  const options = ["--topology", "single", "--request-slots", "4", "--out", served, "--quiet"];
  expect((await matchmul("deploy", int8, ...options)).code).toBe(0);
  const main = inRepository("apps", "cli", "src", "main.ts");
  const command = ["--conditions=@matchmul/source", "--import", "tsx", main];
  server = spawn(process.execPath, [...command, "serve", served, "--port", "0", "--json"], {
    cwd: inRepository(),
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  for await (const piece of server.stdout!) {
    text += piece;
    if (text.endsWith("}\n")) break;
  }
  port = JSON.parse(text).hosts[0].port;
}, 60_000);

afterAll(() => {
  server?.kill("SIGKILL");
});

test("a served network answers a host in another process with the int8 model's logits", async () => {
  const { code, stdout } = await ask(port, "--limit", "12", "--verify", "--json");
  expect(code).toBe(0);
  const { answers, equal } = JSON.parse(stdout);
  expect(equal).toBe(12);
  const right = answers.filter((a: { class: number; label: number }) => a.class === a.label);
  expect(right.length).toBeGreaterThan(9);
});

test("lost datagrams delay answers and change none; several clients may be there one after the other", async () => {
  const random = new Random(3);
  const [front, back] = [createSocket("udp4"), createSocket("udp4")];
  let client = 0;
  let lost = 0;
  const passes = (): boolean => {
    if (random.next() >= 0.1) return true;
    lost++;
    return false;
  };
  front.on("message", (bytes, sender) => {
    client = sender.port;
    if (passes()) back.send(bytes, port, "127.0.0.1");
  });
  back.on("message", (bytes) => {
    if (passes()) front.send(bytes, client, "127.0.0.1");
  });
  front.bind(0, "127.0.0.1");
  await once(front, "listening");
  try {
    for (let time = 0; time < 2; time++) {
      const more = ["--limit", "8", "--verify", "--timeout", "150", "--attempts", "60"];
      const { code, stdout } = await ask(front.address().port, ...more);
      expect(stdout).toContain("8/8");
      expect(code).toBe(0);
    }
    expect(lost).toBeGreaterThan(0);
  } finally {
    front.close();
    back.close();
  }
}, 60_000);

test("what cannot be asked or served is one clear error", async () => {
  expect((await ask(port, "--host", "nobody")).stderr).toContain("error[host-unknown]");
  expect((await matchmul("ask", "somewhere", "--bundle", served, "--inputs", images)).code).toBe(2);
  const taken = await matchmul("serve", served, "--port", String(port), "--quiet");
  expect([taken.code, taken.stderr.includes("error[socket-refused]")]).toEqual([2, true]);
  const quiet = createSocket("udp4");
  quiet.bind(0, "127.0.0.1");
  await once(quiet, "listening");
  const unheard = await ask(quiet.address().port, "--limit", "1", "--timeout", "5", "--attempts", "2");
  quiet.close();
  expect(unheard.stderr).toContain("error[fabric-unanswered]");
});

test("Ctrl-C ends it in order", async () => {
  const ended = once(server, "exit");
  server.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
});
